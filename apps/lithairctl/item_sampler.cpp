#include "apps/lithairctl/item_sampler.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/document.hpp"

namespace lithair::ctl {

namespace json = boost::json;

namespace {

// How a description shows an amount of money.
bool is_money(const json::object& rules) { return text_in(rules, "pattern").starts_with("^-?(0|"); }

std::string uuid_of(const std::string& mark, std::uint64_t number) {
  // Version 4 in form; the run and the number make it one of its own.
  return fmt::format("{:.8}-0000-4000-8000-{:012x}", mark, number & 0xffffffffffffULL);
}

}  // namespace

item_sampler::item_sampler(item_model model, std::size_t size, std::string mark)
    : model_(std::move(model)), mark_(std::move(mark)) {
  std::size_t texts = 0;
  for (const auto& x : model_.fields()) {
    if (!x.required) continue;
    const bool is_plain = x.kind == field_kind::text && !x.rules.contains("format") &&
                          !x.rules.contains("enum") && !is_money(x.rules);
    if (is_plain && x.rules.contains("pattern")) trouble_ = x.name + " has to match a pattern";
    texts += is_plain ? 1 : 0;
  }
  padding_ = texts == 0 ? 0 : size / texts;
}

item_sampler::item_sampler(std::string pattern, std::string mark)
    : pattern_(std::move(pattern)), mark_(std::move(mark)) {}

json::value item_sampler::value_of(const item_field& field, std::uint64_t number) const {
  const auto& rules = field.rules;
  const auto least = static_cast<std::int64_t>(number_in(rules, "minimum"));
  switch (field.kind) {
    case field_kind::boolean:
      return true;
    case field_kind::integer:
      return least;
    case field_kind::number:
      return static_cast<double>(least);
    case field_kind::json:
      return text_in(rules, "type") == "array" ? json::value(json::array{})
                                               : json::value(json::object{});
    case field_kind::text:
      break;
  }
  const auto& names = array_in(rules, "enum");
  if (!names.empty()) return names.front();
  const auto format = text_in(rules, "format");
  if (format == "uuid") return json::string(uuid_of(mark_, number));
  if (format == "date-time") return "2026-01-01T00:00:00Z";
  if (is_money(rules)) return "1.00";
  auto text = fmt::format("bench-{}-{}-", mark_, number);
  const auto most = rules.contains("maxLength") ? number_in(rules, "maxLength") : padding_;
  const auto wanted =
      std::min<std::size_t>(std::max(padding_, number_in(rules, "minLength")), most);
  if (text.size() < wanted) text.resize(wanted, 'x');
  return json::string(text);
}

std::string item_sampler::make(std::uint64_t number) const {
  if (pattern_.empty()) {
    json::object made;
    for (const auto& x : model_.fields())
      if (x.required) made[x.name] = value_of(x, number);
    return json::serialize(made);
  }
  auto made = pattern_;
  const auto text = mark_ + '-' + std::to_string(number);
  for (auto at = made.find("{n}"); at != std::string::npos; at = made.find("{n}", at))
    made.replace(at, 3, text);
  return made;
}

}  // namespace lithair::ctl
