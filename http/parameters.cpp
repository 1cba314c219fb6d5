#include "http/parameters.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "http/header_values.hpp"
#include "models/problem/problems.hpp"

namespace lithair::http {

namespace {

constexpr auto largest_number =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// "*", or entity tags with commas between, of which some may have nothing between them.
constexpr std::string_view tag_list_pattern =
    R"re(^(\*|[\t ,]*((W/)?"[^"\x00-\x20\x7f]*"([\t ]*,[\t ,]*(W/)?"[^"\x00-\x20\x7f]*")*[\t ,]*)?)$)re";
constexpr std::string_view event_id_pattern = R"(^[0-9]+(\.[0-9]+)?$)";
constexpr std::string_view consistency_words = "linearizable leader local";

// In the order of the enum.
constexpr std::array<parameter_facts, parameter_count> parameter_rows{{
    {.name = "skip",
     .about = "How many to leave out first; in a sorted list at most 100000.",
     .form = grammar::number,
     .most = 1'000'000'000,
     .usual = "0"},
    {.name = "take",
     .about = "How many to answer at most.",
     .form = grammar::number,
     .least = 1,
     .most = 1000},
    {.name = "after", .about = "The `next` of an earlier page."},
    {.name = "after",
     .about = "The version behind which the page begins.",
     .form = grammar::number,
     .most = 999'999'999'999,
     .usual = "0"},
    {.name = "after",
     .about =
         "Where to begin: an event's id, or 0 for all that is kept. Last-Event-ID counts more.",
     .pattern = event_id_pattern},
    {.name = "sort", .about = "Fields to order by, with commas between; - in front: descending."},
    {.name = "fields", .about = "The fields to show, with commas between."},
    {.name = "total",
     .about = "false: the total is left out, which is faster.",
     .form = grammar::flag,
     .usual = "true"},
    {.name = "explain",
     .about = "true: the answer tells how the items were found.",
     .form = grammar::flag,
     .usual = "false"},
    {.name = "", .about = ""},
    {.name = "as_of",
     .about = "The item as it was at this log index or RFC 3339 time; fields without history can't "
              "be shown then."},
    {.name = "verify",
     .about = "true: the answer tells whether the chain of events is whole.",
     .form = grammar::flag,
     .usual = "false"},
    {.name = "min_index",
     .about = "Not ready before this index is applied; 412 when it was given before the data were "
              "restored.",
     .form = grammar::number,
     .most = largest_number,
     .code = "bad_min_index"},
    {.name = "group",
     .about =
         "Whose log: the number of a group of models, as /metrics has it; 1 unless it is said.",
     .form = grammar::number,
     .least = 1,
     .most = largest_number},
    {.name = "force",
     .about = "true: also when the change may never end, since a majority of the old or the new "
              "voters is silent; the answer tells the risk.",
     .form = grammar::flag,
     .usual = "false"},
    {.name = "consistency",
     .about = "What a read may miss. Counts more than X-Consistency.",
     .form = grammar::choice,
     .words = consistency_words,
     .code = "bad_consistency"},
    {.name = "X-Consistency",
     .in_header = true,
     .about = "What a read may miss: nothing (linearizable, the default); what another leader did "
              "since (leader); what this node has not applied yet (local).",
     .form = grammar::choice,
     .words = consistency_words,
     .code = "bad_consistency"},
    {.name = "X-Min-Index",
     .in_header = true,
     .about = "A local read, unless another consistency is asked for, that waits until this index "
              "is applied, at most 5 s; 412 when it was given before the data were restored.",
     .form = grammar::number,
     .most = largest_number,
     .code = "bad_min_index"},
    {.name = "If-Match",
     .in_header = true,
     .about = "Only when the item's ETag is among these, or * when it is there; else 412.",
     .pattern = tag_list_pattern,
     .code = "bad_condition"},
    {.name = "If-None-Match",
     .in_header = true,
     .about = "304 when the item's ETag is among these.",
     .pattern = tag_list_pattern,
     .code = "bad_condition"},
    {.name = "If-None-Match",
     .in_header = true,
     .about = "* creates the item, and answers 412 when it is there.",
     .pattern = R"(^(\*|[\t ,]*)$)",
     .code = "bad_condition"},
    {.name = "Idempotency-Key",
     .in_header = true,
     .about =
         "A request with a key that was used in the last 24 hours is answered as the first one "
         "was; 422 when it is another request.",
     .pattern = "^[!-~]{1,255}$",
     .code = "bad_idempotency_key"},
    {.name = "Last-Event-ID",
     .in_header = true,
     .about = "The last id seen; what comes behind is told, or 410 when that is not kept or the id "
              "is of another log.",
     .pattern = R"(^([0-9]+(\.[0-9]+)?)?$)"},
    {.name = "Accept",
     .in_header = true,
     .about = "application/json or application/msgpack; without it the answer comes as the request "
              "did."},
}};

models::problem refusal(const parameter_facts& of, std::string message) {
  auto made = models::bad_parameter(of.name, std::move(message));
  made.code = of.code;
  return made;
}

// One of the words between blanks.
bool is_among(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

// "a, b or c" of "a b c".
std::string in_words(std::string_view words) {
  std::string made;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    const bool last = end == words.size();
    made += made.empty() ? "" : last ? " or " : ", ";
    made += words.substr(0, end);
    words.remove_prefix(last ? end : end + 1);
  }
  return made;
}

std::optional<models::problem> check_value(const parameter_facts& of, const std::string& text) {
  switch (of.form) {
    case grammar::number: {
      const auto number = parse_number(text);
      if (number && *number >= of.least && *number <= of.most) return std::nullopt;
      if (of.most == largest_number) return refusal(of, "It is a number.");
      return refusal(of, "It is a number from " + std::to_string(of.least) + " to " +
                             std::to_string(of.most) + ".");
    }
    case grammar::flag:
      if (text == "true" || text == "false") return std::nullopt;
      return refusal(of, "It is true or false.");
    case grammar::choice:
      if (is_among(of.words, text)) return std::nullopt;
      return refusal(of, "It is " + in_words(of.words) + ".");
    case grammar::text:
      break;
  }
  return std::nullopt;
}

// The parameter of a query that has this name here.
std::optional<parameter> named(parameter_set takes, std::string_view name) {
  for (std::size_t i = 0; i < parameter_count; ++i) {
    const auto each = static_cast<parameter>(i);
    const auto& row = facts_of(each);
    if (contains(takes, each) && !row.in_header && !row.name.empty() && row.name == name)
      return each;
  }
  return std::nullopt;
}

// What could have been meant.
std::string known_here(parameter_set takes) {
  std::string made;
  for (std::size_t i = 0; i < parameter_count; ++i) {
    const auto& row = parameter_rows[i];
    if (!contains(takes, static_cast<parameter>(i)) || row.in_header || row.name.empty()) continue;
    made.append(made.empty() ? "" : ", ").append(row.name);
  }
  return made.empty() ? "No parameter is known here." : "Known here: " + made + ".";
}

}  // namespace

const parameter_facts& facts_of(parameter which) {
  return parameter_rows[static_cast<std::size_t>(which)];
}

std::optional<models::problem> check_query(parameter_set takes, bool lets_others_be,
                                           const parameters& query) {
  parameter_set seen = 0;
  for (const auto& [name, text] : query) {
    const auto which = named(takes, name);
    if (!which) {
      // A field's, or nobody's: the models know.
      if (lets_others_be || contains(takes, parameter::filters)) continue;
      return models::bad_parameter(name, known_here(takes));
    }
    if (contains(seen, *which)) return models::bad_parameter(name, "It is there twice.");
    seen |= set_of({*which});
    if (auto refused = check_value(facts_of(*which), text)) return refused;
  }
  return std::nullopt;
}

}  // namespace lithair::http
