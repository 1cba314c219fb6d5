#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/schema/schema.hpp"

namespace lithair::actors {

/// What a node may show of its models: that a field is not hidden any more is decided by all
/// members of a cluster, and not by whoever is started with another model file first. A node whose
/// directory was served with models that hid the field goes on hiding it (it *withholds* it), and
/// tells the others that it would show it. Once every member was heard in one run, and shows it or
/// would, that is agreed: the directory notes it, and the next start shows it. To hide a field
/// takes no agreement.
///
///     told to peers := text of a model file, withheld fields hidden
///                      [ "# shown once all agree:" { SP model "." field }* NL ]
///
/// Decided on loop 0, but for `served`, which is made before.
class exposure {
 public:
  /// `ours`: the models as declared; `before`: those that the directory was served with last, none
  /// if it is new. `alone`: it knows of no other member, and decides by itself.
  exposure(const models::schema& ours, const std::optional<models::schema>& before, bool alone);

  /// What is served until the next start: the declared models, with what is withheld hidden, and
  /// without the projections that tell of it.
  models::schema served(const models::schema& ours) const;
  /// As "model.field".
  const std::set<std::string>& withheld() const { return withheld_; }
  /// The text of a model file, with what is withheld behind it.
  std::string told(const models::schema& served) const;

  /// The members but this node, as of the newest configuration.
  void members(std::set<std::uint64_t> others);
  /// What a member told.
  void heard(std::uint64_t node, const models::schema& served, std::string_view told);
  /// Whether all members agree to show what is withheld here; true once.
  bool newly_agreed();

 private:
  std::set<std::string> withheld_;
  std::optional<std::set<std::uint64_t>> others_;  // none: not known yet
  std::map<std::uint64_t, bool> agrees_;           // each that was heard, and whether it does
  bool agreed_ = false;
};

}  // namespace lithair::actors
