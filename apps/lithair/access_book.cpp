#include "apps/lithair/access_book.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>
#include <utility>

#include "apps/lithair/record_text.hpp"

namespace lithair::apps {
namespace {

namespace json = boost::json;
using http::access_role;

booked_access access_in(const json::object& of) {
  const auto role = http::read_role(text_at(of, "role"));
  if (!role) throw std::invalid_argument("role");
  booked_access made{of.at("number").to_number<std::uint64_t>(),
                     text_at(of, "name"),
                     text_at(of, "digest"),
                     role->role,
                     {},
                     of.at("made").to_number<std::int64_t>(),
                     of.at("expires").to_number<std::int64_t>(),
                     role->own};
  for (const auto& each : of.at("collections").as_array())
    made.collections.emplace_back(each.as_string());
  return made;
}

json::object object_of(const booked_access& of) {
  return {{"number", of.number},
          {"name", of.name},
          {"digest", of.digest},
          {"role",
           of.role == access_role::own ? std::string_view{of.own_role} : http::name_of(of.role)},
          {"collections", json::array(of.collections.begin(), of.collections.end())},
          {"made", of.made},
          {"expires", of.expires}};
}

bool is_lasting_admin(const booked_access& each) {
  return each.role == access_role::admin && each.expires == 0;
}

bool has_lasting_admin(const std::vector<booked_access>& all) {
  return std::ranges::any_of(all, is_lasting_admin);
}

}  // namespace

tl::expected<access_book, std::string> access_book::parse(std::string_view text) {
  return read_record<access_book>(text, "book of access tokens",
                                  [](const json::object& all, access_book& made) {
                                    made.next_ = all.at("next").to_number<std::uint64_t>();
                                    for (const auto& each : all.at("tokens").as_array())
                                      made.tokens_.push_back(access_in(each.as_object()));
                                  });
}

std::string access_book::text() const {
  json::array all;
  for (const auto& each : tokens_) all.push_back(object_of(each));
  return json::serialize(json::object{{"next", next_}, {"tokens", std::move(all)}});
}

std::int64_t next_end(std::span<const booked_access> all, std::int64_t now) {
  std::int64_t made = 0;
  for (const auto& each : all)
    if (each.expires > now && (made == 0 || each.expires < made)) made = each.expires;
  return made;
}

void access_book::purge(std::int64_t now) {
  std::erase_if(tokens_, [now](const booked_access& each) { return !each.counts_at(now); });
}

std::string access_book::add(booked_access made) {
  if (!has_lasting_admin(tokens_) && !is_lasting_admin(made))
    return "the first token must be of the role admin, and never end: else nobody could make "
           "another";
  if (tokens_.size() >= most_tokens)
    return "there are " + std::to_string(most_tokens) + " tokens; revoke what is not needed";
  next_ = made.number + 1;
  tokens_.push_back(std::move(made));
  if (text().size() <= most_bytes) return {};
  tokens_.pop_back();
  return "the tokens and their collections are too many; revoke what is not needed";
}

std::string access_book::revoke(std::uint64_t number, std::vector<booked_access>& gone) {
  const auto found = std::ranges::find(tokens_, number, &booked_access::number);
  if (found == tokens_.end()) return {};
  auto left = tokens_;
  left.erase(left.begin() + (found - tokens_.begin()));
  if (!has_lasting_admin(left))
    return "it is the last one of the role admin that never ends: make another one first";
  gone.push_back(*found);
  tokens_ = std::move(left);
  return {};
}

}  // namespace lithair::apps
