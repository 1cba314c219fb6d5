#pragma once

#include <string>
#include <vector>

#include "models/command/command_rights.hpp"
#include "models/command/request.hpp"
#include "models/encoding/json_document.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

/// Turns the JSON of one item into the fields of a command and notes everything that is wrong with
/// it, as far as that shows without any state. One for each item; errors are gathered, at most 100,
/// so that a client sees all of them at once. Names of hidden fields are told to nobody who did not
/// send them.
class item_reader {
 public:
  /// `op` decides what is required and what a default fills in. `rights` says what of it who asks
  /// may set; none: all. All must outlive it.
  item_reader(const collection& c, operation op, const stamp& at,
              rights_gathering* rights = nullptr);

  /// `key`: the item's in stored form, from the path; of a create empty, or what the item's key
  /// must be. Once. A uuid key that is not given is made by `stamp::new_uuid` here, before the log,
  /// so that all nodes see the same.
  void read(const json_document& document, std::uint32_t position, std::string key);

  bool good() const { return errors_.empty(); }  ///< whether nothing is wrong
  /// Whether it sets what who asks may not set.
  bool is_forbidden() const { return forbidden_; }
  /// In the order in which the item's members came, then what is missing in declared order.
  std::vector<field_error> take_errors() { return std::move(errors_); }
  /// In stored form; of a create made or read here.
  const std::string& key() const { return key_; }
  /// Lie in this object. The defaults are in them; of a patch nil for what it removes. Rising by
  /// id.
  const stored_fields& fields() const { return fields_; }
  /// The same, once.
  stored_fields take_fields() { return std::move(fields_); }

 private:
  /// What the request says of a field.
  enum class state : std::uint8_t { missing, null, given };

  /// Notes each member's value or its error.
  void read_members(const json_document& document, std::uint32_t object);
  void stamp_fields();  ///< those that requests do not say
  void stamp_field(std::size_t position, const stamp_rule& from);
  bool is_kept(std::size_t position) const;  ///< where the request leaves it out
  void read_key();                           ///< the key of the path against that of the body
  void complete();                           ///< every field that was not given
  void complete(std::size_t position);       ///< one of them
  void encode();                             ///< values to bytes, by id
  void require(const field& f);              ///< an error for a required field
  void fail(field_error error);              ///< bounded

  const collection& c_;
  const operation op_;
  const stamp& at_;
  rights_gathering* const rights_;
  bool forbidden_ = false;
  std::string key_;
  std::vector<value> values_;
  std::vector<state> states_;
  std::vector<field_error> errors_;
  std::string bytes_;
  stored_fields fields_;
};

}  // namespace lithair::models
