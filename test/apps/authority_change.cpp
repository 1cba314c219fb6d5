#include "apps/lithair/authority_change.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace authority_change_test {

using namespace lithair::apps;
using stages = authority_change::stages;

namespace {

const std::string first = "the first authority";

/// Members of a cluster as the record and their files lead them, without keys and without time.
struct members {
  std::map<std::uint64_t, own_authorities> all;
  authority_change record;
  int made = 0;  ///< keys and authorities, all of them different

  explicit members(std::uint64_t count) {
    for (std::uint64_t id = 1; id <= count; ++id) all[id] = {first, {}, {}};
  }
  std::vector<std::uint64_t> ids() const {
    std::vector<std::uint64_t> made_ids;
    for (const auto& [id, own] : all) made_ids.push_back(id);
    return made_ids;
  }
  std::string another(const std::string& what) { return what + std::to_string(++made); }

  change_step next(std::uint64_t id) { return record.step_of(id, all.at(id), ids()); }
  /// Whether there was one to do.
  bool step(std::uint64_t id) {
    auto& own = all.at(id);
    const auto what = next(id);
    perform(what, id, own);
    return what != change_step::rest;
  }
  void perform(change_step what, std::uint64_t id, own_authorities& own) {
    switch (what) {
      case change_step::rest:
        return;
      case change_step::offer:
        if (own.request.empty()) own.request = another("key ");
        record.entry_of(id) = {id, own.request, {}, false, false};
        return;
      case change_step::make:
        record.keep_only(ids());
        record.next = another("authority ");
        record.stage = stages::trusting;
        for (auto* each : record.unsealed(ids())) each->sealed = "for " + each->request;
        return;
      case change_step::trust:
        BOOST_REQUIRE((record.entry_of(id).sealed == "for " + own.request));
        own.other = record.next;
        return;
      case change_step::say_trusts:
        record.entry_of(id).trusts = true;
        return;
      case change_step::seal:
        for (auto* each : record.unsealed(ids())) each->sealed = "for " + each->request;
        return;
      case change_step::certify:
        own = {record.next, record.before, {}};
        return;
      case change_step::say_certified:
        record.entry_of(id).trusts = record.entry_of(id).certified = true;
        return;
      case change_step::end:
        record.stage = stages::done;
        record.members.clear();
        return;
      case change_step::settle:
      case change_step::forget:
        own = {own.current, {}, {}};
        return;
      case change_step::lost:
        BOOST_FAIL("a member is lost");
    }
  }
  /// Until nobody has anything to do; in the order of their numbers.
  void settle() {
    for (bool goes = true; goes;) {
      goes = false;
      for (const auto id : ids()) goes = step(id) || goes;
    }
  }
  void rotate(std::uint64_t at = 1) { BOOST_TEST(record.begin(at, all.at(at), 1000) == ""); }
  /// What each shows all others take.
  bool all_can_link() const {
    return std::ranges::all_of(all, [this](const auto& shows) {
      return std::ranges::all_of(all, [&](const auto& looks) {
        return looks.second.current == shows.second.current ||
               looks.second.other == shows.second.current;
      });
    });
  }
  bool all_have(const std::string& authority) const {
    return std::ranges::all_of(all, [&](const auto& each) {
      return each.second.current == authority && each.second.other.empty() &&
             each.second.request.empty();
    });
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(authority_changes)

BOOST_AUTO_TEST_CASE(all_members_trust_both_before_an_operator_can_finish_it) {
  members some(3);
  BOOST_TEST(some.record.finish(some.ids()) == "no authority is on its way");
  some.rotate();
  BOOST_TEST(some.record.finish(some.ids()) == "not all members have said that they take part");
  BOOST_TEST((some.record.waits_for(some.ids()) == std::vector<std::uint64_t>{1, 2, 3}));
  BOOST_TEST(some.record.begin(2, some.all[2], 1001) == "another authority is on its way already");
  some.step(1);
  some.step(2);
  BOOST_TEST((some.record.waits_for(some.ids()) == std::vector<std::uint64_t>{3}));
  BOOST_TEST(!some.step(1));
  some.step(3);
  some.step(1);
  BOOST_TEST((some.record.stage == stages::trusting));
  some.step(1);
  some.step(1);
  some.step(2);
  some.step(2);
  BOOST_TEST(some.record.finish(some.ids()) == "node 3 does not trust the next authority yet");
  some.settle();
  BOOST_TEST((some.record.stage == stages::trusting));
  for (const auto& [id, own] : some.all) {
    BOOST_TEST(own.current == first);
    BOOST_TEST(own.other == some.record.next);
  }
  BOOST_TEST(some.record.finish(some.ids()) == "");
  BOOST_TEST(some.record.finish(some.ids()) == "it is being finished");
  BOOST_TEST(some.record.cancel() == "nodes are certified by the next authority already");
  some.settle();
  BOOST_TEST((some.record.stage == stages::done));
  BOOST_TEST(some.all_have(some.record.next));
  BOOST_TEST(some.record.members.empty());
}

BOOST_AUTO_TEST_CASE(one_that_is_down_is_waited_for_and_one_that_was_removed_is_not) {
  members some(3);
  some.rotate();
  const auto go_on_without_3 = [&] {
    for (int i = 0; i < 20; ++i)
      for (const auto id : some.ids())
        if (id != 3) some.step(id);
  };
  go_on_without_3();
  BOOST_TEST((some.record.stage == stages::gathering));
  some.step(3);
  go_on_without_3();
  BOOST_TEST((some.record.stage == stages::trusting));
  BOOST_TEST((some.record.waits_for(some.ids()) == std::vector<std::uint64_t>{3}));
  some.all.erase(3);
  BOOST_TEST(some.record.finish(some.ids()) == "");
  some.settle();
  BOOST_TEST(some.all_have(some.record.next));
}

BOOST_AUTO_TEST_CASE(who_was_removed_is_not_sealed_the_key_and_who_came_since_is) {
  members some(3);
  some.rotate();
  for (std::uint64_t id = 1; id <= 3; ++id) some.step(id);
  some.all.erase(2);
  some.all[4] = {first, {}, {}};
  some.step(1);
  BOOST_TEST((some.record.stage == stages::gathering));
  some.step(4);
  some.step(1);
  BOOST_TEST((some.record.stage == stages::trusting));
  BOOST_TEST(some.record.find(2) == nullptr);
  some.settle();
  some.all[5] = {first, {}, {}};
  some.settle();
  BOOST_TEST(some.all[5].other == some.record.next);
}

BOOST_AUTO_TEST_CASE(who_has_lost_its_key_meanwhile_offers_another_one) {
  members some(3);
  some.rotate();
  some.step(3);
  some.all[3].request.clear();
  some.settle();
  BOOST_TEST((some.record.stage == stages::trusting));
  // Also once it could have opened what was sealed for it.
  some.all[3] = {first, {}, {}};
  some.settle();
  BOOST_TEST(some.all[3].other == some.record.next);
  BOOST_TEST(some.record.finish(some.ids()) == "");
  some.settle();
  BOOST_TEST(some.all_have(some.record.next));
}

BOOST_AUTO_TEST_CASE(what_is_cancelled_is_forgotten_and_may_begin_anew) {
  members some(3);
  BOOST_TEST(some.record.cancel() == "no authority is on its way");
  some.rotate();
  some.settle();
  const auto never = some.record.next;
  BOOST_TEST(some.record.cancel() == "");
  some.settle();
  BOOST_TEST(some.all_have(first));
  some.rotate(2);
  some.settle();
  BOOST_TEST(some.record.next != never);
  BOOST_TEST(some.record.finish(some.ids()) == "");
  some.settle();
  BOOST_TEST(some.all_have(some.record.next));
  some.rotate(3);
  some.settle();
  BOOST_TEST((some.record.stage == stages::trusting));
}

BOOST_AUTO_TEST_CASE(a_record_that_came_with_data_of_another_cluster_moves_nobody) {
  for (const auto stage : {stages::gathering, stages::trusting, stages::certifying, stages::done}) {
    members some(2);
    some.record.stage = stage;
    some.record.before = "another cluster's";
    some.record.next = "also another cluster's";
    BOOST_TEST((some.next(1) == change_step::rest));
    some.rotate();
    BOOST_TEST(some.record.before == first);
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_the_cluster_has_left_behind_is_told_so) {
  authority_change record;
  record.stage = stages::done;
  record.before = first;
  record.next = "the next";
  const std::vector<std::uint64_t> all{1, 2};
  BOOST_TEST((record.step_of(1, {first, {}, {}}, all) == change_step::lost));
  BOOST_TEST((record.step_of(1, {"the next", first, {}}, all) == change_step::settle));
  BOOST_TEST((record.step_of(1, {"the next", {}, {}}, all) == change_step::rest));
}

BOOST_AUTO_TEST_CASE(it_is_read_as_it_was_written) {
  BOOST_TEST((*authority_change::parse("") == authority_change{}));
  members some(3);
  some.rotate();
  for (int i = 0; i < 12; ++i) {
    const auto read = authority_change::parse(some.record.text());
    BOOST_REQUIRE(read);
    BOOST_TEST((*read == some.record));
    some.step(static_cast<std::uint64_t>(i % 3 + 1));
  }
  for (const auto* text :
       {"{", "[]", "{}", R"({"stage":"gathering"})",
        R"({"stage":"else","begun":1,"by":1,"before":"","next":"","members":[]})"})
    BOOST_TEST(!authority_change::parse(text), text);
}

// In whatever order members do their steps, and whoever is removed, comes or loses its keys: what
// each of them shows all others take, and all come to the end.
BOOST_AUTO_TEST_CASE(at_any_time_every_member_takes_what_every_other_one_shows) {
  int cancelled = 0;
  int finished = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    std::mt19937 chance{seed};
    const auto one_in = [&](unsigned n) { return chance() % n == 0; };
    members some(1 + chance() % 5);
    std::uint64_t newest = some.ids().back();
    some.rotate();
    for (int i = 0; i < 200; ++i) {
      const auto ids = some.ids();
      const auto id = ids[chance() % ids.size()];
      auto& own = some.all[id];
      const auto* part = some.record.find(id);
      const bool has_said = part != nullptr && part->trusts;
      if (one_in(60) && ids.size() > 1) {
        some.all.erase(id);
      } else if (one_in(60) && (some.record.stage == stages::gathering ||
                                some.record.stage == stages::trusting)) {
        some.all[++newest] = {first, {}, {}};
      } else if (one_in(20) && own.current == first && !has_said) {
        own = {first, {}, {}};
      } else if (one_in(100)) {
        static_cast<void>(some.record.cancel());
      } else if (one_in(10)) {
        static_cast<void>(some.record.finish(ids));
      } else {
        some.step(id);
      }
      BOOST_REQUIRE_MESSAGE(some.all_can_link(), "seed " << seed << ", step " << i);
    }
    some.settle();
    if (some.record.stage == stages::trusting) {
      // Where all who had the next one's key have lost it, nobody can go on, but back.
      if (!some.record.finish(some.ids()).empty()) {
        BOOST_REQUIRE(some.record.cancel().empty());
        ++cancelled;
      }
      some.settle();
    }
    const bool stays = some.record.stage == stages::cancelled;
    BOOST_REQUIRE_MESSAGE(some.all_have(stays ? first : some.record.next), "seed " << seed);
    finished += stays ? 0 : 1;
  }
  BOOST_TEST(finished > 1000);
  BOOST_TEST(cancelled < 300);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace authority_change_test
