#include "apps/lithair/join_tokens.hpp"

#include <spdlog/fmt/fmt.h>

#include <boost/json.hpp>
#include <charconv>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "actors/tls/certificate.hpp"
#include "apps/lithair/own_node.hpp"
#include "apps/lithair/token_book.hpp"
#include "apps/lithair/values.hpp"

namespace lithair::apps {
namespace {

namespace json = boost::json;

constexpr std::int64_t usual_s = 3600;

struct token_order {
  std::string directory = "./lithair-data";
  std::int64_t seconds = usual_s;
  std::uint64_t uses = 1;
  bool lists = false;
  bool revokes_all = false;
  std::optional<std::uint64_t> revokes;
};

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t made = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), made);
  if (error != std::errc{} || end != text.data() + text.size() || made == 0) return std::nullopt;
  return made;
}

// What is wrong; empty: nothing.
std::string read_value(std::string_view flag, const std::string& value, token_order& into) {
  if (flag == "--data-dir") {
    into.directory = value;
  } else if (flag == "--expires") {
    const auto read = read_duration(value);
    if (!read || read->count() < 1000) return "--expires: must be a second to a day";
    into.seconds = read->count() / 1000;
  } else if (flag == "--uses") {
    const auto read = number_in(value);
    if (!read || *read > token_book::most_uses)
      return fmt::format("--uses: must be 1 to {}", token_book::most_uses);
    into.uses = *read;
  } else if (flag == "--revoke") {
    into.revokes = number_in(value);
    into.revokes_all = value == "all";
    if (!into.revokes && !into.revokes_all)
      return "--revoke: must be the number of a token, which --list tells, or all";
  } else {
    return std::string(flag) +
           ": there is no such flag; say --data-dir DIR, and --expires 1h, --uses 1, --list, or "
           "--revoke NUMBER";
  }
  return {};
}

std::string read_wish(std::span<const char* const> arguments, token_order& into) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view flag = arguments[i];
    if (flag == "--list") {
      into.lists = true;
      continue;
    }
    const bool has_value = i + 1 < arguments.size();
    if (auto wrong = read_value(flag, has_value ? arguments[i + 1] : "", into);
        !wrong.empty() && (has_value || wrong.find("no such flag") != std::string::npos))
      return wrong;
    if (!has_value) return std::string(flag) + ": needs a value";
    ++i;
  }
  return {};
}

std::string table_of(const json::value& told) {
  std::string made = fmt::format("{:<8}{:<22}{:<22}{:<9}{:<12}{}", "number", "expires", "made",
                                 "by node", "uses", "nodes");
  for (const auto& each : told.at("tokens").as_array()) {
    std::string nodes;
    for (const auto& node : each.at("nodes").as_array())
      nodes += (nodes.empty() ? "" : ",") + std::to_string(node.to_number<std::uint64_t>());
    made += fmt::format("\n{:<8}{:<22}{:<22}{:<9}{:<12}{}",
                        each.at("number").to_number<std::uint64_t>(),
                        actors::utc_text(each.at("expires").to_number<std::int64_t>()),
                        actors::utc_text(each.at("made").to_number<std::int64_t>()),
                        each.at("made_by").to_number<std::uint64_t>(),
                        fmt::format("{} of {}", each.at("nodes").as_array().size(),
                                    each.at("uses").to_number<std::uint64_t>()),
                        nodes.empty() ? "-" : nodes);
  }
  return made;
}

std::string carry_out(const token_order& of) {
  if (of.lists) return table_of(ask_own_node(of.directory, "/cluster/tokens", {}));
  if (of.revokes || of.revokes_all) {
    const auto body =
        of.revokes ? json::object{{"number", *of.revokes}} : json::object{{"all", true}};
    const auto told = ask_own_node(of.directory, "/cluster/tokens/revoke", json::serialize(body));
    const auto count = told.at("tokens").as_array().size();
    return fmt::format("{} token{} revoked", count, count == 1 ? "" : "s");
  }
  const json::object body{{"expires_in", of.seconds}, {"uses", of.uses}};
  const auto told = ask_own_node(of.directory, "/cluster/tokens", json::serialize(body));
  return std::string{told.at("token").as_string()};
}

}  // namespace

early_exit manage_tokens(const program& self, std::span<const char* const> arguments) {
  const auto wrong = [&self](const std::string& text) {
    return early_exit{2, self.name + " token: " + text};
  };
  token_order wanted;
  if (const auto text = read_wish(arguments, wanted); !text.empty()) return wrong(text);
  try {
    return {0, carry_out(wanted)};
  } catch (const std::exception& error) {
    return wrong(error.what());
  }
}

}  // namespace lithair::apps
