#include "models/encoding/json_merge.hpp"

#include <algorithm>
#include <utility>

#include "models/encoding/json_text.hpp"

namespace lithair::models {

namespace {

using kind = json_document::kind;

/// Members that are sorted, merged or looked at before somebody is asked.
constexpr std::size_t at_once = 64;

bool never() { return false; }

}  // namespace

// -- compact text --------------------------------------------------------------------------------

void compact_writer::begin(std::uint32_t position) {
  at_ = position;
  begun_ = false;
  open_.clear();
}

void compact_writer::write_node(std::string& out, const json_document& document) {
  if (!open_.empty()) {
    auto& in = open_.back();
    if (in.awaits_value) {
      in.awaits_value = false;
    } else {
      out += in.has_members ? "," : "";
      in.has_members = true;
      if (in.is_object) {
        append_json_key(out, document.text(at_++));
      }
    }
  }
  const auto& node = document.at(at_);
  switch (node.what) {
    case kind::null:
      out += "null";
      break;
    case kind::boolean:
      out += node.flag ? "true" : "false";
      break;
    case kind::number:
      out += document.text(at_);
      break;
    case kind::string:
      append_json_string(out, document.text(at_));
      break;
    case kind::array:
    case kind::object:
      out += node.what == kind::array ? '[' : '{';
      open_.push_back({node.end, node.what == kind::object});
      break;
  }
  ++at_;
}

bool compact_writer::go_on(std::string& out, const json_document& document,
                           const std::function<bool()>& is_late) {
  while (true) {
    // What ends here, from the inside out.
    while (!open_.empty() && at_ == open_.back().end) {
      out += open_.back().is_object ? '}' : ']';
      open_.pop_back();
    }
    if (open_.empty() && begun_) {
      return true;
    }
    if (++asked_ % at_once == 0 && is_late()) {
      return false;
    }
    begun_ = true;
    write_node(out, document);
  }
}

void append_compact(std::string& out, const json_document& document, std::uint32_t position) {
  compact_writer writer;
  writer.begin(position);
  writer.go_on(out, document, never);
}

// -- members by their names ----------------------------------------------------------------------

void member_table::add(std::string_view name, std::uint32_t position) {
  members_.push_back({name, position});
  // Runs are sorted as they come.
  if (members_.size() % at_once == 0) {
    std::ranges::sort(members_.end() - at_once, members_.end(), {}, &member::name);
  }
}

bool member_table::sort(const std::function<bool()>& is_late) {
  if (run_ == 0) {
    run_ = at_once;
    const auto rest = static_cast<std::ptrdiff_t>(members_.size() % at_once);
    std::ranges::sort(members_.end() - rest, members_.end(), {}, &member::name);
    merged_.reserve(members_.size());
  }
  while (run_ < members_.size()) {
    merge_some();
    if (is_late()) {
      return run_ >= members_.size();
    }
  }
  return true;
}

/// Of two runs that stand one behind the other; then come the next two.
void member_table::merge_some() {
  const auto middle = std::min(begin_ + run_, members_.size());
  const auto end = std::min(middle + run_, members_.size());
  for (std::size_t i = 0; i < at_once && left_ + right_ < end - begin_; ++i) {
    const auto left = begin_ + left_;
    const auto right = middle + right_;
    const bool takes_left =
        right == end || (left < middle && members_[left].name <= members_[right].name);
    merged_.push_back(members_[takes_left ? left : right]);
    ++(takes_left ? left_ : right_);
  }
  if (left_ + right_ < end - begin_) {
    return;
  }
  begin_ = end;
  left_ = right_ = 0;
  // All runs are twice as long.
  if (begin_ == members_.size()) {
    std::swap(members_, merged_);
    merged_.clear();
    run_ *= 2;
    begin_ = 0;
  }
}

const member_table::member* member_table::find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(members_, name, {}, &member::name);
  return at != members_.end() && at->name == name ? &*at : nullptr;
}

// -- RFC 7396 §2 ---------------------------------------------------------------------------------

json_merger::json_merger(std::string_view now, std::string_view patch)
    : now_text_(now), reading_(patch) {}

bool json_merger::go_on(const std::function<bool()>& is_late) {
  if (stage_ == stage::reading_patch) {
    if (!reading_.go_on(is_late)) {
      return false;
    }
    patch_ = reading_.take();
    // It was JSON when it was put in the log; damaged bytes change nothing.
    if (!patch_) {
      out_ = now_text_;
      stage_ = stage::done;
      return true;
    }
    reading_ = json_reading(now_text_);
    stage_ = stage::reading_now;
  }
  if (stage_ == stage::reading_now) {
    if (!reading_.go_on(is_late)) {
      return false;
    }
    target_ = reading_.take();
    out_.reserve(now_text_.size());
    merge(target_ ? std::optional(json_document::root) : std::nullopt, json_document::root);
    stage_ = stage::merging;
  }
  while (stage_ == stage::merging) {
    if (written_from_ != nullptr) {
      if (!writer_.go_on(out_, *written_from_, is_late)) {
        return false;
      }
      written_from_ = nullptr;
    } else if (frames_.empty()) {
      stage_ = stage::done;
    } else if (!go_on_with(frames_.back(), is_late)) {
      return false;
    }
  }
  return true;
}

void json_merger::merge(std::optional<std::uint32_t> target, std::uint32_t patch) {
  // A patch that is no object takes the place of whatever is there.
  if (patch_->at(patch).what != kind::object) {
    return write(*patch_, patch);
  }
  // A target that is no object counts as an empty one.
  const bool merges = target && target_->at(*target).what == kind::object;
  frames_.push_back({merges ? target : std::nullopt, patch});
  out_ += '{';
}

void json_merger::write(const json_document& from, std::uint32_t position) {
  written_from_ = &from;
  writer_.begin(position);
}

void json_merger::begin_member(std::string_view name) {
  out_ += std::exchange(frames_.back().is_first, false) ? "" : ",";
  append_json_key(out_, name);
}

/// Some of the members. Whether all are there.
bool json_merger::gather(frame& top, const json_document& from, std::uint32_t object,
                         member_table& to) {
  top.at = top.at == 0 ? object + 1 : top.at;
  for (std::size_t i = 0; i < at_once && top.at < from.at(object).end; ++i) {
    to.add(from.text(top.at), top.at + 1);
    top.at = from.at(top.at + 1).end;
  }
  return top.at >= from.at(object).end;
}

bool json_merger::go_on_with(frame& top, const std::function<bool()>& is_late) {
  bool done = true;
  switch (top.now) {
    case step::gathering_changes:
      done = gather(top, *patch_, top.patch, top.changes);
      break;
    case step::sorting_changes:
      done = top.changes.sort(is_late);
      break;
    case step::gathering_members:
      done = !top.target || gather(top, *target_, *top.target, top.members);
      break;
    case step::sorting_members:
      done = top.members.sort(is_late);
      break;
    case step::walking_members:
      top.at = top.at == 0 && top.target ? *top.target + 1 : top.at;
      done = !top.target || top.at >= target_->at(*top.target).end;
      if (!done) {
        walk_member(top);
        return ++steps_ % at_once != 0 || !is_late();
      }
      break;
    case step::walking_changes:
      top.at = top.at == 0 ? top.patch + 1 : top.at;
      if (top.at < patch_->at(top.patch).end) {
        walk_change(top);
        return ++steps_ % at_once != 0 || !is_late();
      }
      out_ += '}';
      frames_.pop_back();
      return true;
  }
  if (done) {
    top.at = 0;
    top.now = static_cast<step>(static_cast<std::uint8_t>(top.now) + 1);
  }
  return !is_late();
}

/// What the target has: changed, removed, or as it is.
void json_merger::walk_member(frame& top) {
  const auto name = target_->text(top.at);
  const auto position = top.at + 1;
  top.at = target_->at(position).end;
  const auto* change = top.changes.find(name);
  if (change == nullptr) {
    begin_member(name);
    write(*target_, position);
  } else if (patch_->at(change->position).what != kind::null) {
    // null removes: the member is not written at all.
    begin_member(name);
    merge(position, change->position);
  }
}

/// What the target has not.
void json_merger::walk_change(frame& top) {
  const auto name = patch_->text(top.at);
  const auto position = top.at + 1;
  top.at = patch_->at(position).end;
  if (patch_->at(position).what != kind::null && top.members.find(name) == nullptr) {
    begin_member(name);
    // Into nothing: nulls within the new member are dropped too.
    merge(std::nullopt, position);
  }
}

std::string merge_json(std::string_view now, std::string_view patch) {
  json_merger all(now, patch);
  all.go_on(never);
  return all.take();
}

}  // namespace lithair::models
