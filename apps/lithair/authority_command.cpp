#include "apps/lithair/authority_command.hpp"

#include <spdlog/fmt/fmt.h>

#include <boost/json.hpp>
#include <exception>
#include <string>
#include <string_view>

#include "actors/tls/certificate.hpp"
#include "apps/lithair/own_node.hpp"

namespace lithair::apps {
namespace {

namespace json = boost::json;

struct authority_wish {
  std::string directory = "./lithair-data";
  std::string action;  ///< empty: to be told how it stands
};

// What is wrong; empty: nothing.
std::string read_wish(std::span<const char* const> arguments, authority_wish& into) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view flag = arguments[i];
    if (flag == "--data-dir") {
      if (i + 1 == arguments.size()) return "--data-dir: needs a value";
      into.directory = arguments[++i];
    } else if (flag == "--rotate" || flag == "--finish" || flag == "--cancel") {
      if (!into.action.empty())
        return std::string(flag) + ": is one of --rotate, --finish and --cancel";
      into.action = flag.substr(2);
    } else {
      return std::string(flag) +
             ": there is no such flag; say --data-dir DIR, and --rotate, --finish or --cancel, or "
             "nothing to see how it stands";
    }
  }
  return {};
}

std::string nodes_in(const json::value& told) {
  std::string made;
  for (const auto& each : told.at("waits_for").as_array())
    made += (made.empty() ? "" : ", ") + std::to_string(each.to_number<std::uint64_t>());
  return made;
}

// What an operator does next, or what is waited for.
std::string advice_of(std::string_view stage, const std::string& waits_for) {
  if (stage == "trusting" && waits_for.empty())
    return "all members trust both; give clients the new DIR/tls/ca.pem, which has both, then say "
           "authority --finish";
  const std::string for_whom =
      waits_for.empty() ? "" : "; waits for node " + waits_for + ", as long as it is a member";
  if (stage == "gathering") return "each member offers a key of its own" + for_whom;
  if (stage == "trusting") return "each member comes to trust both" + for_whom;
  return "each member comes to show a certificate of the next one" + for_whom;
}

std::string line_of(std::string_view name, const json::value& authority) {
  return fmt::format("{:<12}{}, until {}", name,
                     std::string_view{authority.at("fingerprint").as_string()},
                     actors::utc_text(authority.at("expires").to_number<std::int64_t>()));
}

std::string text_of(const json::value& told) {
  auto made = line_of("authority", told.at("current"));
  const std::string stage{told.at("stage").as_string()};
  if (stage == "settled") return made;
  if (stage == "settling") return made + "\nsettling    this node forgets the other one";
  if (const auto* next = told.as_object().if_contains("next"))
    made += "\n" + line_of("next", *next);
  return made + fmt::format("\n{:<12}since {}, by node {}\n{:<12}{}", stage,
                            actors::utc_text(told.at("begun").to_number<std::int64_t>()),
                            told.at("begun_by").to_number<std::uint64_t>(), "",
                            advice_of(stage, nodes_in(told)));
}

}  // namespace

early_exit manage_authority(const program& self, std::span<const char* const> arguments) {
  const auto wrong = [&self](const std::string& text) {
    return early_exit{2, self.name + " authority: " + text};
  };
  authority_wish wanted;
  if (const auto text = read_wish(arguments, wanted); !text.empty()) return wrong(text);
  const auto body = wanted.action.empty()
                        ? std::string{}
                        : json::serialize(json::object{{"action", wanted.action}});
  try {
    return {0, text_of(ask_own_node(wanted.directory, "/cluster/authority", body))};
  } catch (const std::exception& error) {
    return wrong(error.what());
  }
}

}  // namespace lithair::apps
