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

/// Walks two layers together, newer over older.
class layers_walk {
 public:
  layers_walk(layer_walk newer, layer_walk older, scan_order order)
      : newer_(newer), older_(older), up_(order == scan_order::ascending) {}

  bool comes_before(std::string_view a, std::string_view b) const { return up_ ? a < b : b < a; }

  /// The next of them; null behind the last.
  const overlay_layer::item* head() const {
    if (newer_.done()) return older_.done() ? nullptr : &older_.item();
    if (older_.done()) return &newer_.item();
    // Of the same key the newer one is shown.
    return comes_before(older_.item().key, newer_.item().key) ? &older_.item() : &newer_.item();
  }
  /// Goes on behind a key.
  void pass(std::string_view key) {
    for (auto* walk : {&newer_, &older_})
      if (!walk->done() && walk->item().key == key) walk->step();
  }

 private:
  layer_walk newer_;
  layer_walk older_;
  bool up_;
};

/// Merges layers with the pairs of the store below as they come.
class merge {
 public:
  merge(layers_walk layers, const pair_visitor& visit) : layers_(layers), visit_(visit) {}

  /// A pair of the store below, after what the layers have before it. False when the visitor
  /// stopped.
  bool base_pair(std::string_view key, std::string_view value) {
    while (const auto* x = layers_.head()) {
      if (layers_.comes_before(key, x->key)) break;
      const bool hides = x->key == key;
      if (!take(*x)) return false;
      if (hides) return true;
    }
    return going_ = visit_(key, value);
  }

  /// What the layers have after the last pair of the store below.
  void finish() {
    while (const auto* x = going_ ? layers_.head() : nullptr)
      if (!take(*x)) return;
  }

 private:
  bool take(const overlay_layer::item& of) {
    layers_.pass(of.key);
    return of.removed || (going_ = visit_(of.key, of.value()));
  }

  layers_walk layers_;
  bool going_ = true;
  const pair_visitor& visit_;
};

}  // namespace

overlay_store::overlay_store(const state_source& base)
    : base_(base), active_(std::make_shared<overlay_layer>()) {}

std::optional<std::string> overlay_store::get(std::string_view key) const {
  // What the newer layer says hides the older one, and both hide the store below.
  const auto* found = active_->find(key);
  if (found == nullptr && frozen_ != nullptr) found = frozen_->find(key);
  if (found == nullptr) return base_.get(key);
  if (found->removed) return std::nullopt;
  return std::string(found->value());
}

void overlay_store::scan(std::string_view lower, std::string_view upper, scan_order order,
                         const pair_visitor& visit) const {
  if (!upper.empty() && upper <= lower) return;
  merge merged({{active_.get(), lower, upper, order}, {frozen_.get(), lower, upper, order}, order},
               visit);
  // While it runs the store below may take the frozen layer's changes: that layer hides both what
  // was there before and what comes.
  base_.scan(lower, upper, order, [&](std::string_view key, std::string_view value) {
    return merged.base_pair(key, value);
  });
  merged.finish();
}

// Below, what lies between the keys that the layers know is counted: the store below may take over
// theirs meanwhile.
std::uint64_t overlay_store::count(std::string_view lower, std::string_view upper,
                                   std::uint64_t most, std::string& last) const {
  last.clear();
  if (!upper.empty() && upper <= lower) return 0;
  constexpr auto up = scan_order::ascending;
  layers_walk layers({active_.get(), lower, upper, up}, {frozen_.get(), lower, upper, up}, up);
  std::uint64_t counted = 0;
  std::uint64_t passed = 0;
  std::string from(lower);
  while (const auto* x = layers.head()) {
    counted += base_.count(from, x->key, most - counted, last);
    if (!last.empty()) return counted;
    counted += x->removed ? 0 : 1;
    layers.pass(x->key);
    if (counted >= most || ++passed == most) {
      last = x->key;
      return counted;
    }
    from.assign(x->key).push_back('\0');
  }
  return counted + base_.count(from, upper, most - counted, last);
}

std::shared_ptr<const overlay_layer> overlay_store::freeze() {
  if (frozen_ != nullptr) throw std::logic_error("a layer is frozen already");
  frozen_ = std::exchange(active_, std::make_shared<overlay_layer>());
  return frozen_;
}

}  // namespace lithair::persistence
