#include "apps/lithair/token_book.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "apps/lithair/record_text.hpp"

namespace lithair::apps {
namespace {

namespace json = boost::json;

booked_token token_in(const json::object& of) {
  booked_token made{of.at("number").to_number<std::uint64_t>(),
                    text_at(of, "digest"),
                    of.at("expires").to_number<std::int64_t>(),
                    of.at("made").to_number<std::int64_t>(),
                    of.at("by").to_number<std::uint64_t>(),
                    of.at("uses").to_number<std::uint64_t>(),
                    {}};
  for (const auto& each : of.at("used").as_array())
    made.used.push_back(
        {each.at("node").to_number<std::uint64_t>(), text_at(each.as_object(), "key")});
  return made;
}

json::object object_of(const booked_token& of) {
  json::array used;
  for (const auto& each : of.used)
    used.push_back(json::object{{"node", each.node}, {"key", each.key}});
  return {{"number", of.number}, {"digest", of.digest}, {"expires", of.expires},  {"made", of.made},
          {"by", of.made_by},    {"uses", of.uses},     {"used", std::move(used)}};
}

}  // namespace

tl::expected<token_book, std::string> token_book::parse(std::string_view text) {
  return read_record<token_book>(text, "book of join tokens",
                                 [](const json::object& all, token_book& made) {
                                   made.next_ = all.at("next").to_number<std::uint64_t>();
                                   for (const auto& each : all.at("tokens").as_array())
                                     made.tokens_.push_back(token_in(each.as_object()));
                                 });
}

std::string token_book::text() const {
  json::array all;
  for (const auto& each : tokens_) all.push_back(object_of(each));
  return json::serialize(json::object{{"next", next_}, {"tokens", std::move(all)}});
}

void token_book::purge(std::int64_t now) {
  std::erase_if(tokens_, [now](const booked_token& each) { return each.expires <= now; });
}

std::string token_book::add(booked_token made) {
  if (made.number < next_) return "there was a token of this number already";
  if (tokens_.size() >= most_tokens)
    return "there are " + std::to_string(most_tokens) +
           " tokens that have not expired; revoke what is not needed";
  next_ = made.number + 1;
  tokens_.push_back(std::move(made));
  return {};
}

std::string token_book::use(std::uint64_t number, std::string_view digest, const token_use& who,
                            std::int64_t now) {
  const auto found = std::ranges::find(tokens_, number, &booked_token::number);
  if (found == tokens_.end() || found->digest != digest || found->expires <= now)
    return "the token does not count: it has expired or was revoked, or this cluster never made it";
  // Who asks again has not heard the answer, or asks another member.
  if (std::ranges::find(found->used, who) != found->used.end()) return {};
  if (found->used.size() >= found->uses)
    return "the token is used up: it was for " + std::to_string(found->uses) +
           (found->uses == 1 ? " node" : " nodes") +
           "; make another one with the command token on a member";
  found->used.push_back(who);
  return {};
}

bool token_book::revoke(std::uint64_t number) {
  return std::erase_if(tokens_,
                       [number](const booked_token& each) { return each.number == number; }) != 0;
}

}  // namespace lithair::apps
