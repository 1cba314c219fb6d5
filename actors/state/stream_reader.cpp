#include "actors/state/stream_reader.hpp"

#include <algorithm>
#include <utility>

namespace lithair::actors {

const stream_page* stream_reader::page_for(const models::feed_position& at) const {
  // The first one that does not begin before it: those rise, as do their ends.
  const auto found = std::ranges::lower_bound(pages_, at, {}, &stream_page::before);
  return found != pages_.end() && found->from <= at ? &*found : nullptr;
}

bool stream_reader::end_page() {
  if (!cursor_.has_text()) return false;
  auto made = cursor_.take();
  bytes_ += made.text.size();
  pages_.push_back({end_, made.before, made.through, made.told,
                    std::make_shared<const std::string>(std::move(made.text))});
  end_ = made.told;
  return true;
}

void stream_reader::forget_pages(std::size_t but) {
  while (pages_.size() > but) {
    bytes_ -= pages_.front().text->size();
    pages_.pop_front();
  }
}

}  // namespace lithair::actors
