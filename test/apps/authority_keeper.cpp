#include "apps/lithair/authority_keeper.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "actors/links/node_certificate.hpp"
#include "actors/tls/tls_context.hpp"
#include "apps/lithair/node_certifier.hpp"
#include "persistence/files.hpp"
#include "test/apps/own_directory.hpp"

namespace authority_keeper_test {

using namespace lithair;
using namespace lithair::apps;
using actors::cluster_authority;
using office = http::certificate_office;
using order = office::authority_order;

namespace {

constexpr std::int64_t now = 1'800'000'000;
constexpr std::chrono::seconds patience{60};

/// A record as a cluster keeps it, for members that ask on threads of their own.
struct shared_record {
  std::mutex mutex;
  record_access::record kept;
  std::recursive_mutex telling;  ///< no listener goes while one is told
  std::map<std::uint64_t, std::function<void()>> listeners;

  void tell() {
    const std::lock_guard guard{telling};
    for (const auto& [id, each] : listeners) each();
  }

  record_access access() {
    const auto read = [this](const record_access::on_read& done) {
      record_access::record copy;
      {
        const std::lock_guard guard{mutex};
        copy = kept;
      }
      done(std::move(copy));
    };
    return {read,
            [this](std::string value, std::uint64_t version, const auto& done) {
              models::result<std::uint64_t> said = version + 1;
              {
                const std::lock_guard guard{mutex};
                if (version != kept.version)
                  said = tl::make_unexpected(models::problem{412, "x", "It was changed.", {}});
                else
                  kept = {std::move(value), version + 1};
              }
              tell();
              done(std::move(said));
            },
            read};
  }
};

std::string certified(const cluster_authority& by, const std::string& request, std::uint64_t id) {
  return *by.certify(request, {"node", actors::node_uri(id), {"127.0.0.1"}}, now);
}

/// One member: its files, and who tends them while it runs.
struct member {
  std::uint64_t id;
  secure_files files;
  std::shared_ptr<node_certifier> certifier;
  std::unique_ptr<authority_keeper> keeper;
  std::atomic<int> reloads{0};

  own_authorities own() const { return authority_files{files}.now(); }
};

struct cluster {
  test::own_directory place;
  shared_record record;
  shared_record book;
  std::string first;
  std::map<std::uint64_t, std::unique_ptr<member>> all;
  std::mutex mutex;
  std::vector<std::uint64_t> members;  ///< guarded by mutex

  explicit cluster(std::uint64_t count) {
    const auto by = cluster_authority::make(now);
    first = by.certificate();
    for (std::uint64_t id = 1; id <= count; ++id) {
      auto made = std::make_unique<member>();
      made->id = id;
      made->files = secure_files_in(place.path() / std::to_string(id));
      persistence::make_directory(made->files.directory);
      const auto own = actors::make_key("node");
      persistence::replace_file(made->files.authority, by.certificate());
      persistence::replace_file(made->files.authority_key, by.key());
      persistence::replace_file(made->files.key, own.key);
      persistence::replace_file(made->files.certificate, certified(by, own.request, id));
      all[id] = std::move(made);
      members.push_back(id);
    }
  }
  void start(std::uint64_t id) {
    auto& each = *all.at(id);
    authority_files{each.files}.recover();
    each.certifier = std::make_shared<node_certifier>(authority_files{each.files}.current(), id,
                                                      [] { return now; });
    each.certifier->use_book(book.access());
    authority_keeper::surroundings of;
    of.self = id;
    of.record = record.access();
    of.members = [this] {
      const std::lock_guard guard{mutex};
      return members;
    };
    of.certify = [id](const cluster_authority& by, const std::string& request) {
      return certified(by, request, id);
    };
    of.reload = [&each] {
      ++each.reloads;
      return std::string{};
    };
    of.now = [] { return now; };
    of.between_looks = std::chrono::milliseconds{2};
    each.keeper = std::make_unique<authority_keeper>(each.files, each.certifier, std::move(of));
    each.certifier->use_keeper(each.keeper->orders());
    const std::lock_guard guard{record.telling};
    record.listeners[id] = [&each] { each.keeper->wake(); };
  }
  void start() {
    for (const auto& [id, each] : all) start(id);
  }
  void stop(std::uint64_t id) {
    {
      const std::lock_guard guard{record.telling};
      record.listeners.erase(id);
    }
    all.at(id)->keeper.reset();
  }
  ~cluster() {
    for (const auto& [id, each] : all) stop(id);
  }
  void remove(std::uint64_t id) {
    stop(id);
    const std::lock_guard guard{mutex};
    std::erase(members, id);
  }
  office::authorities say(std::uint64_t id, order what) {
    std::promise<office::authorities> said;
    all.at(id)->certifier->order(
        what, [&said](office::authorities told) { said.set_value(std::move(told)); });
    return said.get_future().get();
  }
  void await(std::uint64_t id, const std::string& stage, std::vector<std::uint64_t> waits_for) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (auto told = say(id, order::look); told.stage != stage || told.waits_for != waits_for;
         told = say(id, order::look)) {
      if (std::chrono::steady_clock::now() > until) BOOST_FAIL("it stays " + told.stage);
      std::this_thread::yield();
    }
  }
  void await_settled() {
    for (const auto& [id, each] : all)
      if (each->keeper) await(id, "settled", {});
  }
  int token_status(std::uint64_t id) const {
    int status = 0;
    all.at(id)->certifier->make_token({60, 1}, [&](const auto& said) { status = said.status; });
    return status;
  }
};

/// Whether the node's certificate is for its key, and by that authority.
bool is_certified(const member& of, const std::string& authority) {
  const auto by =
      cluster_authority::read(authority, *persistence::read_file(of.files.authority_key));
  const auto key = *persistence::read_file(of.files.key);
  const auto made = actors::key_digest_of(actors::request_for(key));
  actors::tls_usage how;
  how.role = actors::tls_role::server;
  const auto context = actors::tls_context::make(
      {{"own", *persistence::read_file(of.files.certificate)}, {"key", key}, {{"ca", authority}}},
      how);
  return by && !made.empty() && context && (*context)->concern(now).empty();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authority_keepers)

BOOST_AUTO_TEST_CASE(members_take_another_authority_with_keys_of_its_own) {
  cluster nodes(3);
  nodes.start();
  const auto before = nodes.say(1, order::look);
  BOOST_TEST(before.status == 200);
  BOOST_TEST(before.stage == "settled");
  BOOST_TEST(before.current.fingerprint.size() == 64u);
  BOOST_TEST(before.next.fingerprint == "");
  BOOST_TEST(nodes.say(1, order::finish).status == 409);
  const auto key = *persistence::read_file(nodes.all[2]->files.key);

  BOOST_TEST(nodes.say(2, order::rotate).status == 200);
  nodes.await(3, "trusting", {});
  const auto told = nodes.say(1, order::look);
  BOOST_TEST(told.begun == now);
  BOOST_TEST(told.begun_by == 2u);
  BOOST_TEST(told.next.fingerprint.size() == 64u);
  BOOST_TEST(told.current.fingerprint == before.current.fingerprint);
  for (const auto& [id, each] : nodes.all) {
    const auto own = each->own();
    BOOST_TEST(own.current == nodes.first);
    BOOST_TEST(*persistence::read_file(each->files.authority) == nodes.first + own.other);
    BOOST_TEST(is_certified(*each, nodes.first));
    BOOST_TEST(each->reloads == 1);
    // Nobody joins by what does not count for long.
    BOOST_TEST(nodes.token_status(id) == 503);
  }
  BOOST_TEST(nodes.say(1, order::rotate).status == 409);

  BOOST_TEST(nodes.say(3, order::finish).status == 200);
  nodes.await_settled();
  std::string authority_key;
  for (const auto& [id, each] : nodes.all) {
    const auto own = each->own();
    BOOST_TEST(own.current != nodes.first);
    BOOST_TEST(*persistence::read_file(each->files.authority) == own.current);
    BOOST_TEST(is_certified(*each, own.current));
    if (!authority_key.empty())
      BOOST_TEST(*persistence::read_file(each->files.authority_key) == authority_key);
    authority_key = *persistence::read_file(each->files.authority_key);
    BOOST_TEST(!std::filesystem::exists(each->files.directory + "/next"));
    BOOST_TEST(!std::filesystem::exists(each->files.directory + "/previous"));
  }
  BOOST_TEST(*persistence::read_file(nodes.all[2]->files.key) != key);
  BOOST_TEST(nodes.say(2, order::look).current.fingerprint == told.next.fingerprint);
  // What was sealed for them is in the record no more.
  const std::lock_guard guard{nodes.record.mutex};
  BOOST_TEST(authority_change::parse(nodes.record.kept.value)->members.empty());
}

BOOST_AUTO_TEST_CASE(tokens_of_the_authority_before_count_no_more) {
  cluster nodes(1);
  nodes.start();
  std::string token;
  nodes.all[1]->certifier->make_token({60, 1},
                                      [&](const auto& said) { token = said.all.front().text; });
  nodes.say(1, order::rotate);
  nodes.await(1, "trusting", {});
  const auto ask = [&] {
    office::outcome told;
    nodes.all[1]->certifier->certify({token, actors::make_key("n").request, 2, {}},
                                     [&](const auto& said) { told = said; });
    return told;
  };
  BOOST_TEST(ask().status == 503);
  BOOST_TEST(ask().detail.find("nobody joins until it has") != std::string::npos);
  nodes.say(1, order::finish);
  nodes.await_settled();
  BOOST_TEST(nodes.token_status(1) == 200);
  BOOST_TEST(ask().status == 403);
  std::size_t count = 0;
  nodes.all[1]->certifier->list_tokens([&](const auto& said) { count = said.all.size(); });
  BOOST_TEST(count == 1u);
}

BOOST_AUTO_TEST_CASE(proofs_of_either_authority_count_until_it_is_over) {
  cluster nodes(2);
  nodes.start();
  const auto of_before = nodes.all[1]->certifier->proof();
  nodes.say(1, order::rotate);
  nodes.await(1, "trusting", {});
  BOOST_TEST(nodes.all[2]->certifier->admits(of_before));
  nodes.stop(2);
  nodes.say(1, order::finish);
  nodes.await(1, "certifying", {2});
  const auto of_next = nodes.all[1]->certifier->proof();
  BOOST_TEST(nodes.all[1]->certifier->admits(of_before));
  nodes.start(2);
  BOOST_TEST(nodes.all[2]->certifier->admits(of_next));
  nodes.await_settled();
  BOOST_TEST(!nodes.all[1]->certifier->admits(of_before));
  BOOST_TEST(nodes.all[1]->certifier->admits(of_next));
}

BOOST_AUTO_TEST_CASE(one_that_is_down_holds_it_up_until_it_is_back_or_removed) {
  cluster nodes(3);
  nodes.start(1);
  nodes.start(2);
  nodes.say(1, order::rotate);
  nodes.await(1, "gathering", {3});
  BOOST_TEST(nodes.say(1, order::finish).detail == "not all members have said that they take part");
  nodes.start(3);
  nodes.await(1, "trusting", {});
  nodes.stop(3);
  nodes.say(1, order::finish);
  nodes.await(2, "certifying", {3});
  // It goes on by what it has until then.
  BOOST_TEST(is_certified(*nodes.all[3], nodes.first));
  nodes.remove(3);
  nodes.await_settled();
  nodes.start(3);
  BOOST_TEST(nodes.all[3]->own().current == nodes.first);
}

BOOST_AUTO_TEST_CASE(it_can_be_cancelled_until_it_is_finished) {
  cluster nodes(3);
  nodes.start();
  BOOST_TEST(nodes.say(1, order::cancel).status == 409);
  nodes.say(1, order::rotate);
  nodes.await(1, "trusting", {});
  BOOST_TEST(nodes.say(2, order::cancel).status == 200);
  nodes.await_settled();
  for (const auto& [id, each] : nodes.all) {
    BOOST_TEST(*persistence::read_file(each->files.authority) == nodes.first);
    BOOST_TEST(each->own().current == nodes.first);
  }
  nodes.await(3, "settled", {});
  BOOST_TEST(nodes.token_status(1) == 200);
}

BOOST_AUTO_TEST_CASE(a_key_that_is_sealed_for_another_is_not_taken_and_another_one_offered) {
  cluster nodes(2);
  nodes.start(1);
  nodes.say(1, order::rotate);
  nodes.await(1, "gathering", {2});
  nodes.start(2);
  nodes.await(1, "trusting", {});
  nodes.stop(2);
  {
    // As if it had another key, and what was sealed for that.
    const auto& files = nodes.all[2]->files;
    std::filesystem::remove(files.directory + "/next/ca.pem");
    persistence::replace_file(files.directory + "/next/node.key", actors::make_key("n").key);
    persistence::replace_file(files.authority, nodes.first);
    const std::lock_guard guard{nodes.record.mutex};
    auto change = *authority_change::parse(nodes.record.kept.value);
    change.entry_of(2).trusts = false;
    nodes.record.kept = {change.text(), nodes.record.kept.version + 1};
  }
  nodes.record.tell();
  nodes.start(2);
  nodes.await(1, "trusting", {});
  BOOST_TEST(nodes.all[2]->own().other == nodes.all[1]->own().other);
}

// Each step is whole or not there: whatever of it is done, it is done again.
BOOST_AUTO_TEST_CASE(a_node_that_ended_while_it_changed_goes_on_with_its_next_start) {
  cluster nodes(2);
  nodes.start();
  nodes.say(1, order::rotate);
  nodes.await(1, "trusting", {});
  nodes.stop(2);
  nodes.say(1, order::finish);
  nodes.await(1, "certifying", {2});
  // The certificate is there, of what follows it one file after the other.
  const auto& files = nodes.all[2]->files;
  const auto next = secure_files_in(files.directory + "/next");
  const auto by = authority_in(next);
  persistence::replace_file(next.certificate, certified(by, read_text(next.request), 2));
  for (int files_there = 0; files_there < 4; ++files_there) {
    const auto copy = secure_files_in(nodes.place.path() / ("copy" + std::to_string(files_there)));
    std::filesystem::copy(files.directory, copy.directory,
                          std::filesystem::copy_options::recursive);
    if (files_there > 0) {
      std::filesystem::create_directory(copy.directory + "/previous");
      std::filesystem::copy(copy.authority_key, copy.directory + "/previous/ca.key");
      persistence::replace_file(copy.directory + "/previous/ca.pem", nodes.first);
      persistence::replace_file(copy.authority, by.certificate() + nodes.first);
    }
    if (files_there > 1) persistence::replace_file(copy.authority_key, by.key());
    if (files_there > 2)
      persistence::replace_file(copy.key, read_text(copy.directory + "/next/node.key"));
    authority_files{copy}.recover();
    const auto own = authority_files{copy}.now();
    BOOST_TEST(own.current == by.certificate());
    BOOST_TEST(own.other == nodes.first);
    BOOST_TEST(own.request == "");
    BOOST_TEST(authority_files{copy}.other().certificate() == nodes.first);
  }
  nodes.start(2);
  nodes.await_settled();
  BOOST_TEST(is_certified(*nodes.all[2], by.certificate()));
}

// Whoever finds the directory later finds no key that was to be gone.
BOOST_AUTO_TEST_CASE(of_what_was_to_be_dropped_when_a_node_ended_nothing_is_left) {
  cluster nodes(1);
  const auto& files = nodes.all[1]->files;
  for (const auto* name : {"/next.old", "/previous.old", "/previous.new", "/previous"}) {
    std::filesystem::create_directory(files.directory + name);
    persistence::replace_file(files.directory + name + "/ca.key", "a key");
    persistence::replace_file(files.directory + name + "/ca.pem", "no authority that is trusted");
  }
  authority_files{files}.recover();
  for (const auto* name : {"/next.old", "/previous.old", "/previous.new", "/previous"})
    BOOST_TEST(!std::filesystem::exists(files.directory + name), name);
  BOOST_TEST(nodes.all[1]->own().current == nodes.first);
}

BOOST_AUTO_TEST_CASE(once_it_has_ended_what_is_ordered_is_put_off) {
  cluster nodes(1);
  nodes.start();
  const auto orders = nodes.all[1]->keeper->orders();
  nodes.stop(1);
  int status = 0;
  orders(order::look, [&](const auto& said) { status = said.status; });
  BOOST_TEST(status == 503);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace authority_keeper_test
