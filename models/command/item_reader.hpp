#pragma once

#include <string>
#include <vector>

#include "models/command/request.hpp"
#include "models/encoding/json_document.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

/// Turns the JSON of one item into the fields of a command and notes everything that is wrong with
/// it, as far as that shows without any state.
class item_reader {
 public:
  item_reader(const collection& c, operation op, const stamp& at);

  /// `key`: the item's in stored form, from the path; of a create empty, or what the item's key
  /// must be.
  void read(const json_document& document, std::uint32_t position, std::string key);

  bool good() const { return errors_.empty(); }
  std::vector<field_error> take_errors() { return std::move(errors_); }
  const std::string& key() const { return key_; }
  /// Lie in this object.
  const stored_fields& fields() const { return fields_; }

 private:
  enum class state : std::uint8_t { missing, null, given };

  void read_members(const json_document& document, std::uint32_t object);
  void read_key();
  void complete();
  void complete(std::size_t position);
  void encode();
  void require(const field& f);
  void fail(field_error error);

  const collection& c_;
  const operation op_;
  const stamp& at_;
  std::string key_;
  std::vector<value> values_;
  std::vector<state> states_;
  std::vector<field_error> errors_;
  std::string bytes_;
  stored_fields fields_;
};

}  // namespace lithair::models
