#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/encoding/json_document.hpp"

namespace lithair::models {

/// Writes JSON values as compact text: no blanks, strings in one spelling, numbers and the order of
/// members as they were written. The same document gives the same bytes on every node, which is
/// what json fields are compared by. Bit by bit, one value at a time.
class compact_writer {
 public:
  /// Another value, once the one before is written.
  void begin(std::uint32_t position);
  /// Appends what follows. Whether the value is whole; `is_late` is asked between some nodes.
  bool go_on(std::string& out, const json_document& document, const std::function<bool()>& is_late);

 private:
  /// A container that is not closed.
  struct level {
    std::uint32_t end = 0;  // the position behind it
    bool is_object = false;
    bool has_members = false;
    bool awaits_value = false;  // its key is written
  };

  void write_node(std::string& out, const json_document& document);

  std::uint32_t at_ = 0;
  std::vector<level> open_;
  bool begun_ = false;
  std::uint32_t asked_ = 0;
};

/// Appends one value at once.
void append_compact(std::string& out, const json_document& document, std::uint32_t position);

/// Members of an object, found by their names by halves: so large objects do not cost the square
/// of their members. Sorted bit by bit: runs first, which are merged until there is one.
class member_table {
 public:
  struct member {
    std::string_view name;
    std::uint32_t position = 0;
  };

  void add(std::string_view name, std::uint32_t position);
  /// Behind the last. Whether all are sorted.
  bool sort(const std::function<bool()>& is_late);
  /// Once they are; null: there is none.
  const member* find(std::string_view name) const;

 private:
  void merge_some();

  std::vector<member> members_;
  std::vector<member> merged_;  // runs that are merged already
  std::size_t run_ = 0;         // members of a sorted run; 0: sorting has not begun
  std::size_t begin_ = 0;       // of the two runs that are being merged,
  std::size_t left_ = 0;        // what was taken of the first
  std::size_t right_ = 0;       // and of the second
};

/// The value `now` (text of JSON, or empty for none) after the merge patch (RFC 7396), compact.
/// Members of `now` keep their places and new ones follow in the patch's order. A patch that is no
/// object replaces. A `patch` that is no JSON changes nothing; a `now` that is none counts as none.
/// Bit by bit, for both may be large.
class json_merger {
 public:
  /// Both must live until it is done.
  json_merger(std::string_view now, std::string_view patch);
  /// Whether it is done.
  bool go_on(const std::function<bool()>& is_late);
  std::string take() { return std::move(out_); }  ///< once it is done

 private:
  enum class stage : std::uint8_t { reading_patch, reading_now, merging, done };
  enum class step : std::uint8_t {
    gathering_changes,
    sorting_changes,
    gathering_members,
    sorting_members,
    walking_members,
    walking_changes,
  };
  /// An object of the patch on its way into one of `now`, or into none.
  struct frame {
    std::optional<std::uint32_t> target;
    std::uint32_t patch = 0;
    step now = step::gathering_changes;
    std::uint32_t at = 0;
    bool is_first = true;
    member_table changes = {};  // of the patch
    member_table members = {};  // of the target
  };

  void merge(std::optional<std::uint32_t> target, std::uint32_t patch);
  void write(const json_document& from, std::uint32_t position);
  void begin_member(std::string_view name);
  // Some of it. Each works on the last frame.
  bool go_on_with(frame& top, const std::function<bool()>& is_late);
  static bool gather(frame& top, const json_document& from, std::uint32_t object, member_table& to);
  void walk_member(frame& top);
  void walk_change(frame& top);

  std::string_view now_text_;
  stage stage_ = stage::reading_patch;
  json_reading reading_;
  std::optional<json_document> patch_;
  std::optional<json_document> target_;
  std::vector<frame> frames_;
  const json_document* written_from_ = nullptr;  // a value that is being written
  compact_writer writer_;
  std::size_t steps_ = 0;
  std::string out_;
};

/// The same at once.
std::string merge_json(std::string_view now, std::string_view patch);

}  // namespace lithair::models
