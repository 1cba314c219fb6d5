#include "apps/lithairctl/event_reader.hpp"

#include <stdexcept>
#include <utility>

namespace lithair::ctl {

void event_reader::add(std::string_view piece) {
  rest_.erase(0, read_);
  read_ = 0;
  rest_.append(piece);
}

void event_reader::take_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    ended_ = true;
    return;
  }
  const auto colon = line.find(':');
  if (colon == 0) return;  // a comment
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "id") {
    made_.id = value;
  } else if (field == "event") {
    made_.type = value;
  } else if (field == "data") {
    if (has_data_) made_.data += '\n';
    made_.data += value;
    has_data_ = true;
  }
}

std::optional<stream_event> event_reader::next() {
  for (;;) {
    const auto end = rest_.find('\n', read_);
    if (end == std::string::npos) {
      if (rest_.size() - read_ > longest_line) throw std::length_error("a line without an end");
      return std::nullopt;
    }
    take_line(std::string_view(rest_).substr(read_, end - read_));
    read_ = end + 1;
    if (!ended_) continue;
    ended_ = false;
    // An id counts once its event is whole, with data or without.
    if (!made_.id.empty()) last_id_ = made_.id;
    auto made = std::move(made_);
    made_ = {};
    made.id = last_id_;
    if (std::exchange(has_data_, false)) return made;
  }
}

}  // namespace lithair::ctl
