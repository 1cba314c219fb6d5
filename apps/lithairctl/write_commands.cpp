#include <CLI/CLI.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <istream>
#include <iterator>
#include <memory>
#include <ostream>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/item_model.hpp"
#include "apps/lithairctl/random_key.hpp"
#include "apps/lithairctl/show_items.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;

struct writing_options {
  std::string collection;
  std::string id;
  std::vector<std::string> item;
  std::string if_match;
  bool create = false;
};

std::string all_of(std::istream& in) { return {std::istreambuf_iterator<char>(in), {}}; }

/// NAME=VALUE by the field's type, NAME:=JSON as it is.
std::string item_of_pairs(session& s, const writing_options& chosen) {
  json::object made;
  const auto model = model_of(s.cluster(), chosen.collection);
  for (const auto& pair : chosen.item) {
    const auto at = pair.find('=');
    if (at == std::string::npos || at == 0)
      throw failure(exit_status::usage, "\"" + pair +
                                            "\" is neither NAME=VALUE, NAME:=JSON, an item in "
                                            "JSON, nor - for standard input");
    const bool raw = pair[at - 1] == ':' && at > 1;
    const auto name = pair.substr(0, raw ? at - 1 : at);
    const auto text = pair.substr(at + 1);
    if (raw) {
      boost::system::error_code error;
      made[name] = json::parse(text, error);
      if (error)
        throw failure(exit_status::usage, fmt::format("{}: \"{}\" is not JSON", name, text));
      continue;
    }
    std::string wrong;
    auto value = model.value_of(name, text, wrong);
    if (!value)
      throw failure(exit_status::usage, fmt::format("{} {}, and not \"{}\"", name, wrong, text));
    made[name] = std::move(*value);
  }
  return json::serialize(made);
}

std::string item_of(session& s, const writing_options& chosen) {
  if (chosen.item.size() == 1 && chosen.item.front() == "-") return all_of(s.at().in);
  if (chosen.item.size() == 1 && chosen.item.front().starts_with('{')) return chosen.item.front();
  if (chosen.item.empty())
    throw failure(exit_status::usage, "say the item: NAME=VALUE…, JSON, or - for standard input");
  return item_of_pairs(s, chosen);
}

/// Sends a write that may be repeated, and shows what it made.
exit_status send_write(session& s, const writing_options& chosen, request what) {
  what.headers.emplace_back("Idempotency-Key", random_key());
  if (!chosen.if_match.empty()) {
    const bool bare = chosen.if_match.find_first_of("\"*") == std::string::npos;
    what.headers.emplace_back("If-Match", bare ? '"' + chosen.if_match + '"' : chosen.if_match);
  }
  const auto got = s.cluster().expect(what);
  if (s.json()) {
    s.at().out << got.body << (got.body.empty() ? "" : "\n");
  } else if (got.body.empty()) {
    s.at().out << "Deleted.\n";
  } else {
    s.at().out << lines_of(object_of(got));
    s.at().err << "ETag " << got.header("etag") << '\n';
  }
  return exit_status::ok;
}

std::string item_path(session& s, const writing_options& chosen) {
  return path_of(s.cluster(), chosen.collection) + '/' + percent_encoded(chosen.id);
}

exit_status create_item(session& s, const writing_options& chosen) {
  const auto path = path_of(s.cluster(), chosen.collection);
  return send_write(s, chosen, {.method = "POST", .target = path, .body = item_of(s, chosen)});
}

exit_status put_item(session& s, const writing_options& chosen) {
  request made{.method = "PUT", .target = item_path(s, chosen), .body = item_of(s, chosen)};
  if (chosen.create) made.headers.emplace_back("If-None-Match", "*");
  return send_write(s, chosen, std::move(made));
}

exit_status patch_item(session& s, const writing_options& chosen) {
  return send_write(
      s, chosen, {.method = "PATCH", .target = item_path(s, chosen), .body = item_of(s, chosen)});
}

exit_status delete_item(session& s, const writing_options& chosen) {
  return send_write(s, chosen, {.method = "DELETE", .target = item_path(s, chosen)});
}

using writing_action = exit_status (*)(session&, const writing_options&);

std::shared_ptr<writing_options> begin_writing(CLI::App* made, action& chosen,
                                               writing_action what) {
  auto options = std::make_shared<writing_options>();
  made->add_option("COLLECTION", options->collection, "its name, or its path")->required();
  made->callback([options, what, &chosen] {
    chosen = [options, what](session& s) { return what(s, *options); };
  });
  return options;
}

void take_id(CLI::App* made, writing_options& into) {
  made->add_option("ID", into.id, "its key")->required();
  made->add_option("--if-match", into.if_match, "only while this is its ETag (else exit 4)")
      ->type_name("ETAG");
}

void take_item(CLI::App* made, writing_options& into) {
  made->add_option("ITEM", into.item,
                   "NAME=VALUE… by the fields' types, NAME:=JSON, an item in JSON,\n"
                   "or - for standard input");
}

}  // namespace

void add_writing(command_line& to) {
  auto* creating =
      add_command(to, "create", "Make an item",
                  "  lithairctl create products name=tea price=3.50 stock=12\n"
                  "  lithairctl create products '{\"name\":\"tea\",\"price\":\"3.50\"}'\n"
                  "  lithairctl create products - < tea.json\n");
  auto options = begin_writing(creating, to.chosen, create_item);
  take_item(creating, *options);

  auto* putting = add_command(to, "put", "Replace an item",
                              "  lithairctl put products ID name=tea price=3.60 --if-match 41\n"
                              "  lithairctl put products ID name=tea price=3.60 --create\n");
  options = begin_writing(putting, to.chosen, put_item);
  take_id(putting, *options);
  take_item(putting, *options);
  putting->add_flag("--create", options->create, "only where it is not there yet");

  auto* patching = add_command(to, "patch", "Change fields of an item",
                               "  lithairctl patch products ID stock=11 state=live\n"
                               "  lithairctl patch products ID secret:=null --if-match 41\n");
  options = begin_writing(patching, to.chosen, patch_item);
  take_id(patching, *options);
  take_item(patching, *options);

  auto* deleting = add_command(to, "delete", "Delete an item", "  lithairctl delete products ID\n");
  options = begin_writing(deleting, to.chosen, delete_item);
  take_id(deleting, *options);
}

}  // namespace lithair::ctl
