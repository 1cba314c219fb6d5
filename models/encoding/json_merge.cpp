#include "models/encoding/json_merge.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "models/encoding/json_text.hpp"

namespace lithair::models {

namespace {

using kind = json_document::kind;

/// RFC 7396 §2. The target's members keep their places, new ones follow in the patch's order.
class merger {
 public:
  merger(const json_document* target, const json_document& patch)
      : target_(target), patch_(patch) {}

  void merge(std::optional<std::uint32_t> target, std::uint32_t patch) {
    // A patch that is no object takes the place of whatever is there.
    if (patch_.at(patch).what != kind::object) {
      return append_compact(out, patch_, patch);
    }
    // A target that is no object counts as an empty one.
    const bool merges = target && target_->at(*target).what == kind::object;
    const auto wanted = members(patch_, patch);
    out += '{';
    bool first = true;
    if (merges) {
      target_->for_each_member(*target, [&](std::string_view name, std::uint32_t position) {
        const auto* change = find(wanted, name);
        if (change == nullptr) {
          begin(first, name);
          append_compact(out, *target_, position);
        } else if (patch_.at(change->position).what != kind::null) {
          // null removes: the member is not written at all.
          begin(first, name);
          merge(position, change->position);
        }
      });
    }
    // Looked up by halves, so that large objects do not cost the square of their members.
    const auto there = merges ? members(*target_, *target) : std::vector<member>{};
    patch_.for_each_member(patch, [&](std::string_view name, std::uint32_t position) {
      if (patch_.at(position).what != kind::null && find(there, name) == nullptr) {
        begin(first, name);
        // Into nothing: nulls within the new member are dropped too.
        merge(std::nullopt, position);
      }
    });
    out += '}';
  }

  std::string out;

 private:
  struct member {
    std::string_view name;
    std::uint32_t position;
  };

  static std::vector<member> members(const json_document& document, std::uint32_t object) {
    std::vector<member> made;
    document.for_each_member(object, [&made](std::string_view name, std::uint32_t position) {
      made.push_back({name, position});
    });
    std::ranges::sort(made, {}, &member::name);
    return made;
  }

  static const member* find(const std::vector<member>& sorted, std::string_view name) {
    const auto at = std::ranges::lower_bound(sorted, name, {}, &member::name);
    return at != sorted.end() && at->name == name ? &*at : nullptr;
  }

  void begin(bool& first, std::string_view name) {
    out += first ? "" : ",";
    first = false;
    append_json_key(out, name);
  }

  const json_document* target_;
  const json_document& patch_;
};

}  // namespace

void append_compact(std::string& out, const json_document& document, std::uint32_t position) {
  const auto& node = document.at(position);
  const char* separator = "";
  switch (node.what) {
    case kind::null:
      out += "null";
      break;
    case kind::boolean:
      out += node.flag ? "true" : "false";
      break;
    case kind::number:
      out += document.text(position);
      break;
    case kind::string:
      append_json_string(out, document.text(position));
      break;
    case kind::array:
      out += '[';
      document.for_each_element(position, [&](std::uint32_t element) {
        out += separator;
        separator = ",";
        append_compact(out, document, element);
      });
      out += ']';
      break;
    case kind::object:
      out += '{';
      document.for_each_member(position, [&](std::string_view name, std::uint32_t member) {
        out += separator;
        separator = ",";
        append_json_key(out, name);
        append_compact(out, document, member);
      });
      out += '}';
      break;
  }
}

std::string merge_json(std::string_view now, std::string_view patch) {
  const auto change = json_document::parse(patch);
  const auto target = json_document::parse(now);
  // It was JSON when it was put in the log; damaged bytes change nothing.
  if (!change) {
    return std::string(now);
  }
  merger made(target ? &*target : nullptr, *change);
  made.merge(target ? std::optional(json_document::root) : std::nullopt, json_document::root);
  return std::move(made.out);
}

}  // namespace lithair::models
