#include "actors/embedded/cluster_records.hpp"

#include <utility>

#include "models/encoding/json_text.hpp"
#include "models/problem/problems.hpp"
#include "models/schema/cluster_records.hpp"

namespace lithair::actors {

namespace {

constexpr int absent_status = 404;
constexpr int conflict_status = 409;

/// As items of the collection are rendered, up to the value.
std::string text_before_value(std::string_view name) {
  std::string made = "{";
  models::append_json_key(made, "name");
  models::append_json_string(made, name);
  made += ',';
  models::append_json_key(made, "value");
  return made;
}

models::result<cluster_records::record> record_in(const std::string& name, reply&& answer) {
  if (auto problem = problem_of_read(answer)) {
    if (problem->status == absent_status) return cluster_records::record{};
    return tl::make_unexpected(std::move(*problem));
  }
  const auto before = text_before_value(name);
  auto& body = answer.result.body;
  if (!body.starts_with(before) || !body.ends_with('}'))
    return tl::make_unexpected(models::problem{
        500, "internal_error", "The record " + name + " is not as this program writes it.", {}});
  return cluster_records::record{body.substr(before.size(), body.size() - before.size() - 1),
                                 answer.result.version};
}

models::result<std::uint64_t> version_in(reply&& answer) {
  auto problem = problem_of_write(answer);
  if (!problem) return answer.result.version;
  // It was to be new, and is there: another one was first.
  if (problem->status == conflict_status)
    problem = models::precondition_failed("The record is there already.");
  return tl::make_unexpected(std::move(*problem));
}

}  // namespace

cluster_records::cluster_records(node& of) : through_(caller::of_cluster_records(of)) {}

void cluster_records::read(std::string_view name, on_read done, consistency level) const {
  question asked;
  asked.level = level;
  asked.of = &models::cluster_records_collection();
  asked.key = name;
  through_.ask(std::move(asked), [name = std::string{name}, done = std::move(done)](
                                     reply&& answer) { done(record_in(name, std::move(answer))); });
}

void cluster_records::write(std::string_view name, std::string_view value, std::uint64_t version,
                            on_written done) const {
  auto body = text_before_value(name);
  body.append(value).append("}");
  models::write_request wish;
  wish.target = &models::cluster_records_collection();
  wish.body = body;
  if (version != 0) {
    wish.op = models::operation::replace;
    wish.key = name;
    wish.conditions.if_match = {version};
  }
  auto command = through_.prepare(wish);
  if (!command) return done(tl::make_unexpected(std::move(command.error())));
  through_.submit(std::move(*command), [done = std::move(done)](reply&& answer) {
    done(version_in(std::move(answer)));
  });
}

}  // namespace lithair::actors
