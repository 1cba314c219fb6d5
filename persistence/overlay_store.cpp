#include "persistence/overlay_store.hpp"

#include <stdexcept>
#include <utility>

namespace lithair::persistence {

namespace {

/// Walks the part of one layer that a scan covers, in the scan's order.
class layer_walk {
 public:
  layer_walk(const overlay_layer* layer, std::string_view lower, std::string_view upper,
             scan_order order)
      : layer_(layer), up_(order == scan_order::ascending) {
    if (layer_ == nullptr) return;
    first_ = layer_->lower_bound(lower);
    last_ = upper.empty() ? layer_->end() : layer_->lower_bound(upper);
  }

  bool done() const { return layer_ == nullptr || first_ == last_; }
  const overlay_layer::item& item() const {
    return (*layer_)[up_ ? first_ : layer_->previous(last_)];
  }
  void step() {
    if (up_)
      first_ = layer_->next(first_);
    else
      last_ = layer_->previous(last_);
  }

 private:
  const overlay_layer* layer_;
  bool up_;
  overlay_layer::position first_;
  overlay_layer::position last_;
};

/// Merges two layers, newer over older, with the pairs of the store below as they come.
class merge {
 public:
  merge(layer_walk newer, layer_walk older, scan_order order, const pair_visitor& visit)
      : newer_(newer), older_(older), up_(order == scan_order::ascending), visit_(visit) {}

  /// A pair of the store below, after what the layers have before it. False when the visitor
  /// stopped.
  bool base_pair(std::string_view key, std::string_view value) {
    while (const auto* x = head()) {
      if (comes_before(key, x->key)) break;
      const bool hides = x->key == key;
      if (!take(*x)) return false;
      if (hides) return true;
    }
    return going_ = visit_(key, value);
  }

  /// What the layers have after the last pair of the store below.
  void finish() {
    while (const auto* x = going_ ? head() : nullptr)
      if (!take(*x)) return;
  }

 private:
  bool comes_before(std::string_view a, std::string_view b) const { return up_ ? a < b : b < a; }

  const overlay_layer::item* head() const {
    if (newer_.done()) return older_.done() ? nullptr : &older_.item();
    if (older_.done()) return &newer_.item();
    return comes_before(older_.item().key, newer_.item().key) ? &older_.item() : &newer_.item();
  }

  bool take(const overlay_layer::item& x) {
    for (auto* walk : {&newer_, &older_})
      if (!walk->done() && walk->item().key == x.key) walk->step();
    return x.removed || (going_ = visit_(x.key, x.value()));
  }

  layer_walk newer_;
  layer_walk older_;
  bool up_;
  bool going_ = true;
  const pair_visitor& visit_;
};

}  // namespace

overlay_store::overlay_store(const state_source& base)
    : base_(base), active_(std::make_shared<overlay_layer>()) {}

std::optional<std::string> overlay_store::get(std::string_view key) const {
  const auto* found = active_->find(key);
  if (found == nullptr && frozen_ != nullptr) found = frozen_->find(key);
  if (found == nullptr) return base_.get(key);
  if (found->removed) return std::nullopt;
  return std::string(found->value());
}

void overlay_store::scan(std::string_view lower, std::string_view upper, scan_order order,
                         const pair_visitor& visit) const {
  if (!upper.empty() && upper <= lower) return;
  merge merged({active_.get(), lower, upper, order}, {frozen_.get(), lower, upper, order}, order,
               visit);
  base_.scan(lower, upper, order, [&](std::string_view key, std::string_view value) {
    return merged.base_pair(key, value);
  });
  merged.finish();
}

std::shared_ptr<const overlay_layer> overlay_store::freeze() {
  if (frozen_ != nullptr) throw std::logic_error("a layer is frozen already");
  frozen_ = std::exchange(active_, std::make_shared<overlay_layer>());
  return frozen_;
}

}  // namespace lithair::persistence
