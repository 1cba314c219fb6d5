#include "apps/lithair/authority_change.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <stdexcept>

#include "apps/lithair/record_text.hpp"

namespace lithair::apps {
namespace {

namespace json = boost::json;
using stages = authority_change::stages;

// In the order of the enum.
constexpr std::array<std::string_view, 6> stage_names{"none",       "gathering", "trusting",
                                                      "certifying", "done",      "cancelled"};

stages stage_in(const json::object& of) {
  const auto name = text_at(of, "stage");
  const auto found = std::ranges::find(stage_names, name);
  if (found == stage_names.end()) throw std::invalid_argument(name);
  return static_cast<stages>(found - stage_names.begin());
}

changing_member member_in(const json::object& of) {
  return {of.at("node").to_number<std::uint64_t>(), text_at(of, "request"), text_at(of, "sealed"),
          of.at("trusts").as_bool(), of.at("certified").as_bool()};
}

json::object object_of(const changing_member& of) {
  return {{"node", of.node},
          {"request", of.request},
          {"sealed", of.sealed},
          {"trusts", of.trusts},
          {"certified", of.certified}};
}

bool has_done(const changing_member& member, stages stage) {
  switch (stage) {
    case stages::gathering:
      return !member.request.empty();
    case stages::trusting:
      return member.trusts;
    case stages::certifying:
      return member.certified;
    case stages::none:
    case stages::done:
    case stages::cancelled:
      break;
  }
  return true;
}

bool is_among(const changing_member& member, authority_change::node_ids all) {
  return std::ranges::find(all, member.node) != all.end();
}

bool lacks_seal(const changing_member& member, authority_change::node_ids all) {
  return is_among(member, all) && !member.request.empty() && member.sealed.empty() &&
         !member.trusts;
}

bool is_anything_unsealed(const authority_change& of, authority_change::node_ids all) {
  return std::ranges::any_of(of.members,
                             [all](const changing_member& each) { return lacks_seal(each, all); });
}

}  // namespace

std::string_view name_of(stages stage) { return stage_names[static_cast<std::size_t>(stage)]; }

tl::expected<authority_change, std::string> authority_change::parse(std::string_view text) {
  return read_record<authority_change>(text, "record of its authority",
                                       [](const json::object& all, authority_change& made) {
                                         made.stage = stage_in(all);
                                         made.begun = all.at("begun").to_number<std::int64_t>();
                                         made.begun_by = all.at("by").to_number<std::uint64_t>();
                                         made.before = text_at(all, "before");
                                         made.next = text_at(all, "next");
                                         for (const auto& each : all.at("members").as_array())
                                           made.members.push_back(member_in(each.as_object()));
                                       });
}

std::string authority_change::text() const {
  json::array all;
  for (const auto& each : members) all.push_back(object_of(each));
  return json::serialize(json::object{{"stage", name_of(stage)},
                                      {"begun", begun},
                                      {"by", begun_by},
                                      {"before", before},
                                      {"next", next},
                                      {"members", std::move(all)}});
}

const changing_member* authority_change::find(std::uint64_t node) const {
  const auto found = std::ranges::find(members, node, &changing_member::node);
  return found == members.end() ? nullptr : &*found;
}

changing_member& authority_change::entry_of(std::uint64_t node) {
  const auto found = std::ranges::find(members, node, &changing_member::node);
  if (found != members.end()) return *found;
  members.push_back({node, {}, {}, false, false});
  return members.back();
}

std::vector<std::uint64_t> authority_change::waits_for(node_ids all) const {
  std::vector<std::uint64_t> made;
  for (const auto node : all) {
    const auto* part = find(node);
    const bool done = !is_under_way() || (part != nullptr && has_done(*part, stage));
    if (!done) made.push_back(node);
  }
  std::ranges::sort(made);
  return made;
}

std::vector<changing_member*> authority_change::unsealed(node_ids all) {
  std::vector<changing_member*> made;
  for (auto& each : members)
    if (lacks_seal(each, all)) made.push_back(&each);
  return made;
}

void authority_change::keep_only(node_ids all) {
  std::erase_if(members, [all](const changing_member& each) { return !is_among(each, all); });
}

change_step authority_change::step_of(std::uint64_t self, const own_authorities& own,
                                      node_ids all) const {
  const bool is_settled = own.other.empty() && own.request.empty();
  const bool is_next = !next.empty() && own.current == next;
  if (!concerns(own) || stage == stages::none || stage == stages::cancelled)
    return is_settled ? change_step::rest : change_step::forget;
  if (stage == stages::done) {
    if (!is_next) return change_step::lost;
    return is_settled ? change_step::rest : change_step::settle;
  }
  const auto* part = find(self);
  if (stage == stages::gathering) {
    const bool has_offered =
        part != nullptr && !own.request.empty() && part->request == own.request;
    if (!has_offered) return change_step::offer;
    return waits_for(all).empty() ? change_step::make : change_step::rest;
  }
  if (!is_next) return step_towards_next(self, own, all);
  if (is_anything_unsealed(*this, all)) return change_step::seal;
  if (part == nullptr || !part->certified) return change_step::say_certified;
  return waits_for(all).empty() ? change_step::end : change_step::rest;
}

// Of who is certified by the one before still.
change_step authority_change::step_towards_next(std::uint64_t self, const own_authorities& own,
                                                node_ids all) const {
  const auto* part = find(self);
  if (own.other == next) {
    if (part == nullptr || !part->trusts) return change_step::say_trusts;
    if (is_anything_unsealed(*this, all)) return change_step::seal;
    return stage == stages::certifying ? change_step::certify : change_step::rest;
  }
  const bool is_mine = part != nullptr && !own.request.empty() && part->request == own.request;
  if (!is_mine) return change_step::offer;
  return part->sealed.empty() ? change_step::rest : change_step::trust;
}

std::string authority_change::begin(std::uint64_t self, const own_authorities& own,
                                    std::int64_t now) {
  if (is_under_way() && concerns(own)) return "another authority is on its way already";
  *this = {};
  stage = stages::gathering;
  begun = now;
  begun_by = self;
  before = own.current;
  return {};
}

std::string authority_change::finish(node_ids all) {
  if (stage != stages::trusting)
    return stage == stages::gathering    ? "not all members have said that they take part"
           : stage == stages::certifying ? "it is being finished"
                                         : "no authority is on its way";
  const auto missing = waits_for(all);
  if (!missing.empty())
    return "node " + std::to_string(missing.front()) + " does not trust the next authority yet";
  stage = stages::certifying;
  return {};
}

std::string authority_change::cancel() {
  if (stage == stages::certifying) return "nodes are certified by the next authority already";
  if (!is_under_way()) return "no authority is on its way";
  stage = stages::cancelled;
  next.clear();
  members.clear();
  return {};
}

}  // namespace lithair::apps
