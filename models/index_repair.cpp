#include "models/index_repair.hpp"

#include <optional>

#include "models/keys.hpp"
#include "models/record.hpp"

namespace lithair::models {

namespace {

std::string built_key(std::uint32_t collection_id, std::uint32_t field_id) {
  std::string made = "b";
  append_big_endian(made, collection_id);
  append_big_endian(made, field_id);
  return made;
}

class repair {
 public:
  repair(const state_view& state, std::size_t limit, change_set& out)
      : state_(state), limit_(out.size() + limit), out_(out) {}

  bool full() const { return out_.size() >= limit_; }

  /// Makes the entries of one field, going on where an earlier call stopped.
  void build(const collection& c, const field& f) {
    const std::string mark = built_key(c.id, f.id);
    const auto reached = state_.get(mark);
    if (reached && reached->empty()) {
      return;
    }
    auto range = all_records(c);
    if (reached) {
      range.lower = *reached + '\0';
    }
    stored_record record;
    std::string last;
    state_.scan(range.lower, range.upper, state_view::direction::ascending,
                [&](std::string_view pair_key, std::string_view bytes) {
                  const value x = read_record(bytes, record) ? value_of(f, record.fields) : value{};
                  if (!absent(x)) {
                    const auto key = key_in_record_key(pair_key);
                    out_.push_back({index_key(c, f, x, key), std::string(key)});
                  }
                  last = full() ? pair_key : "";
                  return !full();
                });
    out_.push_back({mark, last});
  }

  /// Removes the entries of fields that are not indexed; `keeps(collection, field)` tells.
  template <class Keeps>
  void drop(Keeps keeps) {
    state_.scan("b", "c", state_view::direction::ascending,
                [&](std::string_view mark, std::string_view) {
                  const auto ids = mark.substr(1);
                  if (ids.size() == 8 && !keeps(read_big_endian(ids))) {
                    drop_entries(ids);
                    if (!full()) {
                      out_.push_back({std::string(mark), std::nullopt});
                    }
                  }
                  return !full();
                });
  }

 private:
  void drop_entries(std::string_view ids) {
    const auto range = until_its_end("i" + std::string(ids));
    state_.scan(range.lower, range.upper, state_view::direction::ascending,
                [&](std::string_view key, std::string_view) {
                  out_.push_back({std::string(key), std::nullopt});
                  return !full();
                });
  }

  const state_view& state_;
  const std::size_t limit_;
  change_set& out_;
};

bool is_indexed(const schema& s, std::uint64_t ids) {
  const collection* c = s.find(static_cast<std::uint32_t>(ids >> 32));
  if (c == nullptr) {
    return false;
  }
  for (const auto& f : c->fields) {
    if (f.id == static_cast<std::uint32_t>(ids)) {
      return f.indexed;
    }
  }
  return false;
}

}  // namespace

bool repair_indexes(const schema& s, const state_view& state, std::size_t limit, change_set& out) {
  const std::size_t before = out.size();
  repair work(state, limit, out);
  work.drop([&s](std::uint64_t ids) { return is_indexed(s, ids); });
  for (const auto& c : s.collections()) {
    for (const auto& f : c.fields) {
      if (f.indexed && !work.full()) {
        work.build(c, f);
      }
    }
  }
  return out.size() == before;
}

}  // namespace lithair::models
