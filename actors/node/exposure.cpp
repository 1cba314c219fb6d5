#include "actors/node/exposure.hpp"

#include <algorithm>
#include <utility>

#include "models/declaration/model_text.hpp"
#include "models/schema/projection.hpp"

namespace lithair::actors {

namespace {

constexpr std::string_view remark = "# shown once all agree:";

std::string name_of(const models::collection& c, const models::field& f) {
  return c.name + '.' + f.name;
}

bool shows(const models::schema& models, const std::string& name) {
  const auto dot = name.find('.');
  const auto* c = models.find(std::string_view{name}.substr(0, dot));
  const auto* f = c == nullptr ? nullptr : c->find(std::string_view{name}.substr(dot + 1));
  return f != nullptr && f->exposed;
}

// The fields in the remark, if there is one.
std::set<std::string> remarked(std::string_view told) {
  std::set<std::string> result;
  const auto at = told.rfind(remark);
  if (at == std::string_view::npos) return result;
  auto rest = told.substr(at + remark.size());
  rest = rest.substr(0, rest.find('\n'));
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const auto end = std::min(rest.find(' '), rest.size());
    if (end != 0) result.emplace(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return result;
}

// Whether it tells nothing of a field that is hidden: its rows would show it.
bool is_clean(const models::projection& p, const models::collection& c) {
  const auto fine = [&c](std::size_t at) { return c.fields[at].exposed; };
  return std::ranges::all_of(p.group_by, fine) &&
         std::ranges::all_of(p.filters, [&](const auto& each) { return fine(each.position); }) &&
         std::ranges::all_of(p.measures, [&](const auto& each) {
           return each.kind == models::measure_kind::count || fine(each.position);
         });
}

}  // namespace

exposure::exposure(const models::schema& ours, const std::optional<models::schema>& before,
                   bool alone) {
  if (!before || alone) return;
  for (const auto& c : ours.collections()) {
    const auto* old = before->find(c.name);
    if (old == nullptr) continue;
    for (const auto& f : c.fields) {
      const auto* was = old->find(f.name);
      if (was != nullptr && !was->exposed && f.exposed) withheld_.insert(name_of(c, f));
    }
  }
}

models::schema exposure::served(const models::schema& ours) const {
  const auto& all = ours.collections();
  std::vector<models::collection> collections(all.begin(), all.end());
  for (auto& c : collections)
    for (auto& f : c.fields)
      if (withheld_.contains(name_of(c, f))) f.exposed = false;
  std::vector<models::projection> projections;
  for (const auto& p : ours.projections()) {
    const auto c = std::ranges::find(collections, p.collection_id, &models::collection::id);
    if (is_clean(p, *c)) projections.push_back(p);
  }
  return models::schema{std::move(collections), std::move(projections)};
}

std::string exposure::told(const models::schema& served) const {
  auto text = models::to_model_text(served);
  if (withheld_.empty()) return text;
  text += remark;
  for (const auto& name : withheld_) text += ' ' + name;
  return text + '\n';
}

void exposure::members(std::set<std::uint64_t> others) { others_ = std::move(others); }

void exposure::heard(std::uint64_t node, const models::schema& served, std::string_view told) {
  const auto would = remarked(told);
  agrees_[node] = std::ranges::all_of(withheld_, [&](const std::string& name) {
    return would.contains(name) || shows(served, name);
  });
}

bool exposure::newly_agreed() {
  if (withheld_.empty() || agreed_ || !others_) return false;
  agreed_ = std::ranges::all_of(*others_, [this](std::uint64_t node) {
    const auto found = agrees_.find(node);
    return found != agrees_.end() && found->second;
  });
  return agreed_;
}

}  // namespace lithair::actors
