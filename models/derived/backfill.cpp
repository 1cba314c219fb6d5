#include "models/derived/backfill.hpp"

#include <algorithm>

#include "models/derived/projection_rows.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

namespace {

/// The mark of a projection: 5 bytes.
std::string built_key(std::uint32_t projection_id) {
  std::string made = "b";
  append_big_endian(made, projection_id);
  return made;
}

/// The mark of an index: 9 bytes, so both kinds are told apart by their length.
std::string built_key(std::uint32_t collection_id, std::uint32_t field_id) {
  std::string made = "b";
  append_big_endian(made, collection_id);
  append_big_endian(made, field_id);
  return made;
}

class repair {
 public:
  repair(const state_view& state, std::size_t limit, change_set& out)
      // Changes that were there before do not count.
      : state_(state), limit_(out.size() + limit), out_(out) {}

  bool full() const { return out_.size() >= limit_; }

  /// Makes the entries of one field, going on where an earlier call stopped.
  void build(const collection& c, const field& f) {
    for_each_record(c, built_key(c.id, f.id),
                    [&](std::string_view key, const stored_record& record) {
                      const value v = value_of(f, record.fields);
                      if (!absent(v)) {
                        out_.push_back({index_key(c, f, v, key), std::string(key)});
                      }
                    });
  }

  /// Counts the items into one projection likewise.
  void build(const collection& c, const projection& p) {
    projection_rows work(c, p, state_);
    // Gathered in memory and written once: each row is touched by many records.
    for_each_record(c, built_key(p.id), [&work](std::string_view, const stored_record& record) {
      work.count(record.fields, 1);
    });
    work.finish(out_);
  }

  /// Removes what the schema does not know; `keeps(ids)` tells, of a field or of a projection.
  template <class Keeps>
  void drop(Keeps keeps) {
    // All marks, those of what the schema still has among them.
    state_.scan("b", "c", state_view::direction::ascending,
                [&](std::string_view mark, std::string_view) {
                  const auto ids = mark.substr(1);
                  if (!keeps(ids)) {
                    // Entries first: a mark that goes early would leave them for ever.
                    drop_entries(ids);
                    if (!full()) {
                      out_.push_back({std::string(mark), std::nullopt});
                    }
                  }
                  return !full();
                });
  }

 private:
  /// Visits the records behind those that the mark says are done, at most as many as there is room
  /// for, and moves the mark.
  template <class Visit>
  void for_each_record(const collection& c, const std::string& mark, Visit visit) {
    const auto reached = state_.get(mark);
    if (reached && reached->empty()) {
      // Done to the end by an earlier call.
      return;
    }
    auto range = all_records(c);
    if (reached) {
      range.lower = *reached + '\0';
    }
    stored_record record;
    std::string last;
    std::size_t room = limit_ - out_.size();
    state_.scan(range.lower, range.upper, state_view::direction::ascending,
                [&](std::string_view pair_key, std::string_view bytes) {
                  // A record that can't be read has no entries.
                  if (read_record(bytes, record)) {
                    visit(key_in_record_key(pair_key), record);
                  }
                  // Out of room: the next call goes on behind this record. Else all are done.
                  last = --room == 0 ? pair_key : "";
                  return room != 0;
                });
    out_.push_back({mark, last});
  }

  void drop_entries(std::string_view ids) {
    // Unique values have no mark: a field can't become unique under data.
    if (ids.size() == 8) {
      return drop_range(until_its_end("i" + std::string(ids)));
    }
    drop_range(until_its_end("p" + std::string(ids)));
    drop_range(until_its_end("q" + std::string(ids)));
  }

  void drop_range(const key_range& range) {
    if (full()) {
      return;
    }
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
  return c != nullptr && std::ranges::any_of(c->fields, [ids](const field& f) {
           return f.id == static_cast<std::uint32_t>(ids) && f.indexed;
         });
}

bool is_known(const schema& s, std::string_view ids) {
  const std::uint64_t number = read_big_endian(ids);
  // The length tells what the ids are of.
  return ids.size() == 8 ? is_indexed(s, number)
                         : std::ranges::any_of(s.projections(), [number](const projection& p) {
                             return p.id == number;
                           });
}

}  // namespace

bool backfill(const schema& s, const state_view& state, std::size_t limit, change_set& out) {
  const std::size_t before = out.size();
  repair work(state, limit, out);
  // What is obsolete goes first, as its place may be needed.
  work.drop([&s](std::string_view ids) { return is_known(s, ids); });
  for (const auto& c : s.collections()) {
    for (const auto& f : c.fields) {
      if (f.indexed && !work.full()) {
        work.build(c, f);
      }
    }
  }
  for (const auto& p : s.projections()) {
    const collection* c = s.find(p.collection_id);
    if (c != nullptr && !work.full()) {
      work.build(*c, p);
    }
  }
  // Nothing to do in this call means nothing to do at all.
  return out.size() == before;
}

}  // namespace lithair::models
