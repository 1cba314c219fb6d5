#include <rapidcheck.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <map>
#include <tuple>

#include "persistence/journaled_log_store.hpp"
#include "persistence/lmdb_state_store.hpp"
#include "persistence/memory_log_store.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/overlay_store.hpp"
#include "test/persistence/support.hpp"

namespace property_test {

using namespace lithair;
using namespace lithair::persistence;
using namespace lithair::persistence::test;
using protocol::group_id;
using protocol::index_t;

namespace {

/// Numbers that an operation makes of them what it can.
using operation = std::tuple<std::uint8_t, std::uint32_t, std::uint32_t>;
using operations = std::vector<operation>;

// -- logs ----------------------------------------------------------------------------------------

lmdb_options small_map() {
  lmdb_options out;
  out.map_size = 64 << 10;
  return out;
}

std::unique_ptr<log_store> open_home(const std::filesystem::path& place) {
  return std::make_unique<lmdb_log_store>(place, small_map());
}

std::unique_ptr<log_store> open_journaled(const std::filesystem::path& place) {
  return std::make_unique<journaled_log_store>(place, small_map(), small_journal);
}

using open_function = std::unique_ptr<log_store> (*)(const std::filesystem::path& place);

/// Does the same to both logs; whatever the numbers are, it is something a log must take.
class log_pair {
 public:
  explicit log_pair(open_function open) : open_(open) { reopen(); }

  void perform(const operation& what) {
    const auto [kind, a, b] = what;
    const group_id where{1 + b % 2};
    const auto now = memory_.restore(where);
    const auto last = now.last_index.value;
    const auto first = now.snapshot_index.value + 1;
    const auto somewhere = first + a % (last - first + 2);
    const auto each = [&](auto&& f) { f(memory_), f(*disk_); };
    switch (kind % 10) {
      case 0:
      case 1:
        return each([&, added = entries(last + 1, a, b)](auto& log) { append(log, added, where); });
      case 2:
        return each([&](auto& log) { truncate(log, somewhere, where); });
      case 3:
        return each([&](auto& log) { vote(log, a, b % 5, where); });
      case 4:
        return each([&](auto& log) { purge_up_to(log, somewhere - 1, where); });
      case 5:
        return each([&](auto& log) { log.reset(where, point(a % 2 ? somewhere : last + b % 9)); });
      case 6:
        return each([&](auto& log) { rewrite(log, somewhere, a, b, where); });
      case 7:
        return reopen();
      case 8:
        return disk_->settle();
      default:
        return compare_reads(where, somewhere, a, b);
    }
  }

  void compare() {
    for (const auto where : {group_id{1}, group_id{2}})
      RC_ASSERT(describe(*disk_, where) == describe(memory_, where));
  }

 private:
  std::vector<protocol::entry> entries(std::uint64_t first, std::uint32_t a, std::uint32_t b) {
    term_ += a % 3 == 0 ? 1 : 0;
    auto out = commands(first, 1 + a % 40, term_, 10 + b % 3000);
    if (a % 4 == 0) out.front() = change_of_members(first, term_, members_up_to(1 + b % 5));
    return out;
  }

  void rewrite(log_store& log, std::uint64_t from, std::uint32_t a, std::uint32_t b,
               group_id where) {
    group_write one{where, {}};
    one.write.state = protocol::hard_state{protocol::term_t{a}, {}};
    one.write.truncate_from = index_t{from};
    one.write.entries = commands(from, 1 + b % 20, term_);
    log.write(std::span(&one, 1));
  }

  protocol::snapshot_meta point(std::uint64_t index) const {
    return {index_t{index}, protocol::term_t{term_}, members_up_to(2), 7, 8};
  }

  void reopen() {
    disk_.reset();
    disk_ = open_(place_.path());
  }

  void compare_reads(group_id where, std::uint64_t first, std::uint32_t a, std::uint32_t b) {
    const auto read = [&](const log_store& log) {
      return log.read(where, index_t{first}, index_t{first + a % 50}, b % 5000);
    };
    RC_ASSERT(read(*disk_) == read(memory_));
    const index_t index{first + a % 3};
    RC_ASSERT(disk_->point_at(where, index) == memory_.point_at(where, index));
  }

  temporary_directory place_;
  memory_log_store memory_;
  open_function open_;
  std::unique_ptr<log_store> disk_;
  std::uint64_t term_ = 1;
};

// -- states --------------------------------------------------------------------------------------

/// Few different keys, so that operations meet; some are prefixes of others.
std::string key_of(std::uint32_t a) {
  return std::string(1 + a % 3, 'k') + std::to_string(a % 40) + (a % 7 == 0 ? "\xff" : "");
}

std::string value_of(std::uint32_t b) { return std::string(b % 600, static_cast<char>(b)); }

scan_order order_of(std::uint32_t a) {
  return a % 2 == 0 ? scan_order::ascending : scan_order::descending;
}

/// The number of pairs, by counting some at a time.
std::uint64_t count_in_steps(const state_source& from, std::string lower, std::string_view upper,
                             std::uint64_t most) {
  std::uint64_t counted = 0;
  for (std::string last;; lower = last + '\0') {
    counted += from.count(lower, upper, most, last);
    if (last.empty()) return counted;
  }
}

void compare_scans(const state_source& one, const state_source& other, std::uint32_t a,
                   std::uint32_t b) {
  const auto upper = b % 4 == 0 ? "" : key_of(b);
  RC_ASSERT(scanned(one, key_of(a), upper, order_of(a + b)) ==
            scanned(other, key_of(a), upper, order_of(a + b)));
  RC_ASSERT(one.get(key_of(b)) == other.get(key_of(b)));
  const auto pairs = count_in_steps(other, key_of(a), upper, 1'000'000);
  for (const std::uint64_t most : {1, 3, 1000})
    RC_ASSERT(count_in_steps(one, key_of(a), upper, most) == pairs);
}

/// A batch of changes with keys in order, each once.
changes batch_of(std::uint32_t a, std::uint32_t b) {
  std::map<std::string, std::optional<std::string>> batch;
  for (std::uint32_t i = 0; i < 1 + b % 20; ++i) {
    const auto key = key_of(a * 31 + i * 17);
    batch[key] = (a + i) % 3 == 0 ? std::nullopt : std::optional(value_of(b + i));
  }
  changes out;
  for (const auto& [key, value] : batch) out.push_back({key, value});
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(whatever_is_done)

BOOST_DATA_TEST_CASE(the_log_on_disk_is_the_log_in_memory, boost::unit_test::data::make({0, 1}),
                     has_journal) {
  BOOST_TEST(rc::check([has_journal](const operations& all) {
    log_pair logs(has_journal ? &open_journaled : &open_home);
    for (const auto& one : all) {
      logs.perform(one);
      if (std::get<1>(one) % 8 == 0) logs.compare();
    }
    logs.compare();
  }));
}

BOOST_AUTO_TEST_CASE(the_state_on_disk_is_the_state_in_memory) {
  BOOST_TEST(rc::check([](const operations& all) {
    temporary_directory place;
    memory_state_store memory;
    const auto in_parts = in_parts_of(8 << 10);
    auto disk = std::make_unique<lmdb_state_store>(place.path(), in_parts);
    std::uint64_t index = 0;
    for (const auto& [kind, a, b] : all) {
      if (kind % 4 < 2) {
        ++index;
        commit(memory, index, batch_of(a, b));
        commit(*disk, index, batch_of(a, b));
      } else if (kind % 4 == 2) {
        disk.reset();
        disk = std::make_unique<lmdb_state_store>(place.path(), in_parts);
      }
      compare_scans(*disk, memory, a, b);
    }
    RC_ASSERT(disk->applied() == memory.applied());
    disk->verify();
  }));
}

BOOST_AUTO_TEST_CASE(an_overlay_reads_as_if_all_changes_were_below) {
  BOOST_TEST(rc::check([](const operations& all) {
    temporary_directory place;
    lmdb_state_store base(place.path());
    overlay_store overlay(base);
    memory_state_store model;
    std::uint64_t index = 0;
    for (const auto& [kind, a, b] : all) {
      switch (kind % 6) {
        case 0:
        case 1:
          overlay.put(key_of(a), value_of(b));
          commit(model, ++index, {{key_of(a), value_of(b)}});
          break;
        case 2:
          overlay.erase(key_of(a));
          commit(model, ++index, {{key_of(a), std::nullopt}});
          break;
        case 3:
          if (!overlay.frozen()) overlay.freeze();
          break;
        case 4:
          if (overlay.frozen()) base.commit(overlay.frozen()->changes(), {});
          break;
        default:
          if (!overlay.frozen()) break;
          base.commit(overlay.frozen()->changes(), {});
          overlay.drop_frozen();
      }
      compare_scans(overlay, model, a, b);
    }
    RC_ASSERT(scanned(overlay, "", "") == scanned(model, "", ""));
    if (overlay.frozen()) base.commit(overlay.frozen()->changes(), {});
    overlay.drop_frozen();
    base.commit(overlay.freeze()->changes(), {});
    RC_ASSERT(base.applied().digest == model.applied().digest);
  }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace property_test
