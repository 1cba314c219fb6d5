#include "actors/embedded/cluster_records.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/embedded/caller.hpp"
#include "actors/messages/status_messages.hpp"
#include "actors/runtime/change_signal.hpp"
#include "models/declaration/model_file.hpp"
#include "models/declaration/model_text.hpp"
#include "models/schema/cluster_records.hpp"
#include "persistence/files.hpp"
#include "test/actors/embedded.hpp"

namespace cluster_records_test {

using namespace lithair;
using actors::cluster_records;

namespace {

constexpr const char* models_text =
    "[models.notes.fields]\n"
    "id = { type = \"string\", primary_key = true, replicate = true }\n"
    "mine = { type = \"string\", optional = true }\n"
    "[models.others.fields]\n"
    "id = { type = \"string\", primary_key = true, replicate = true }\n";

struct nodes_with_records : test::embedded_nodes {
  /// A local field and a second group: what is asked of models goes through a dispatcher.
  /// `short_log`: it keeps few entries behind a checkpoint.
  explicit nodes_with_records(std::uint64_t count, bool short_log = false)
      : embedded_nodes(*models::parse_model_text(models_text, "test"), count,
                       [short_log](actors::node_config& told) {
                         told.groups = {{"others", protocol::group_id{7}}};
                         if (!short_log) return;
                         told.checkpoint_entries = 50;
                         told.log_margin = 10;
                       }) {}

  models::result<cluster_records::record> read(std::uint64_t id, const std::string& name) {
    std::promise<models::result<cluster_records::record>> told;
    const cluster_records here{at(id)};
    here.read(name, [&told](auto got) { told.set_value(std::move(got)); });
    return told.get_future().get();
  }
  /// The version, or as a negative number why not.
  std::int64_t write(std::uint64_t id, const std::string& name, const std::string& value,
                     std::uint64_t version) {
    std::promise<models::result<std::uint64_t>> told;
    const cluster_records here{at(id)};
    here.write(name, value, version, [&told](auto made) { told.set_value(std::move(made)); });
    const auto made = told.get_future().get();
    return made ? static_cast<std::int64_t>(*made) : -made.error().status;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(records_of_the_cluster)

BOOST_AUTO_TEST_CASE(every_node_reads_what_any_wrote_and_writes_only_what_it_has_read) {
  nodes_with_records nodes(3);
  const auto none = nodes.read(2, "a");
  BOOST_REQUIRE(none);
  BOOST_TEST(none->version == 0u);
  BOOST_TEST(none->value == "");
  const auto first = nodes.write(2, "a", R"({"n":[1,"x"]})", 0);
  BOOST_TEST(first > 0);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    const auto got = nodes.read(id, "a");
    BOOST_REQUIRE(got);
    BOOST_TEST(got->value == R"({"n":[1,"x"]})");
    BOOST_TEST(got->version == static_cast<std::uint64_t>(first));
  }
  BOOST_TEST(nodes.write(1, "a", "2", 0) == -412);
  const auto second = nodes.write(1, "a", "2", static_cast<std::uint64_t>(first));
  BOOST_TEST(second > first);
  BOOST_TEST(nodes.write(3, "a", "3", static_cast<std::uint64_t>(first)) == -412);
  BOOST_TEST(nodes.read(3, "a")->value == "2");
  BOOST_TEST(nodes.write(3, "absent", "3", 5) == -412);
  BOOST_TEST(nodes.write(3, "b", "{", 0) == -400);
  BOOST_TEST(nodes.read(1, "b")->version == 0u);
}

BOOST_AUTO_TEST_CASE(of_writers_at_once_each_version_is_followed_by_one) {
  nodes_with_records nodes(3);
  auto version = static_cast<std::uint64_t>(nodes.write(1, "a", "0", 0));
  for (int round = 0; round < 5; ++round) {
    std::vector<std::future<std::int64_t>> writers;
    for (std::uint64_t id = 1; id <= 3; ++id)
      writers.push_back(std::async(std::launch::async, [&nodes, id, version] {
        return nodes.write(id, "a", std::to_string(id), version);
      }));
    int won = 0;
    for (auto& each : writers) {
      const auto made = each.get();
      if (made > 0) version = static_cast<std::uint64_t>(made);
      won += made > 0 ? 1 : 0;
      BOOST_TEST((made > 0 || made == -412));
    }
    BOOST_TEST(won == 1);
  }
}

BOOST_AUTO_TEST_CASE(records_are_there_after_a_restart_by_the_log_and_by_the_state) {
  nodes_with_records nodes(1);
  const auto version = nodes.write(1, "a", "[1]", 0);
  // At once, so by the log alone; and after a last checkpoint.
  for (const bool settled : {false, true}) {
    if (settled) nodes.at(1).stop();
    nodes.erase(1);
    nodes.start(1);
    BOOST_TEST(nodes.read(1, "a")->value == "[1]");
    BOOST_TEST(nodes.read(1, "a")->version == static_cast<std::uint64_t>(version));
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_was_away_too_long_has_them_from_a_snapshot) {
  nodes_with_records nodes(3, true);
  auto version = static_cast<std::uint64_t>(nodes.write(1, "first", "1", 0));
  BOOST_TEST(nodes.write(1, "a", "0", 0) > 0);
  nodes.erase(3);
  version = nodes.read(1, "a")->version;
  for (int i = 1; i <= 300; ++i)
    version = static_cast<std::uint64_t>(nodes.write(1, "a", std::to_string(i), version));
  const auto status = [&nodes](std::uint64_t id) {
    actors::node_status told;
    caf::scoped_actor self{nodes.at(id).system()};
    self->send(nodes.at(id).raft(), actors::inspect_node{1});
    self->receive([&told](actors::node_status& x) { told = std::move(x); });
    return told.raft.first_index.value;
  };
  while (status(1) < 100 && status(2) < 100) std::this_thread::yield();
  nodes.start(3);
  BOOST_TEST(nodes.read(3, "a")->value == "300");
  BOOST_TEST(nodes.read(3, "first")->value == "1");
  BOOST_TEST(status(3) >= 100u);
}

BOOST_AUTO_TEST_CASE(no_user_sees_that_there_are_any) {
  nodes_with_records nodes(1);
  nodes.write(1, "a", "[1]", 0);
  const auto& served = nodes.at(1).schema();
  BOOST_TEST(served.find(models::cluster_records_name) == nullptr);
  BOOST_TEST(served.find(models::cluster_records_id) == nullptr);
  BOOST_TEST(served.collections().size() == 2u);
  BOOST_TEST(models::to_model_text(served).find("cluster.records") == std::string::npos);
  // What is noted for the next start, of which version it may be, does not have it either.
  const auto noted =
      persistence::read_file(nodes.at(1).config().data_dir / std::filesystem::path{"models.toml"});
  BOOST_TEST(noted.value().find("cluster") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(after_the_node_has_stopped_one_is_told_so) {
  nodes_with_records nodes(1);
  const cluster_records here{nodes.at(1)};
  nodes.at(1).stop();
  int status = 0;
  here.read("a", [&status](auto got) { status = got.error().status; });
  BOOST_TEST(status == 503);
  here.write("a", "1", 0, [&status](auto made) { status = -made.error().status; });
  BOOST_TEST(status == -503);
}

BOOST_AUTO_TEST_CASE(every_node_is_told_when_a_record_has_changed_and_of_nothing_else) {
  nodes_with_records nodes(3, true);
  std::atomic<int> told[3] = {0, 0, 0};
  std::vector<std::unique_ptr<actors::change_signal::listener>> listeners;
  for (std::uint64_t id = 1; id <= 3; ++id)
    listeners.push_back(std::make_unique<actors::change_signal::listener>(
        nodes.at(id).records(), [&count = told[id - 1]] { ++count; }));
  const auto all_told = [&](int times) {
    return told[0] >= times && told[1] >= times && told[2] >= times;
  };
  const auto first = nodes.write(2, "a", "1", 0);
  BOOST_TEST(first > 0);
  while (!all_told(1)) std::this_thread::yield();
  // What they are told of they see.
  for (std::uint64_t id = 1; id <= 3; ++id) {
    std::promise<models::result<cluster_records::record>> got;
    const cluster_records here{nodes.at(id)};
    here.read(
        "a", [&got](auto said) { got.set_value(std::move(said)); }, actors::consistency::local);
    BOOST_TEST(got.get_future().get()->value == "1");
  }
  const caller writes{nodes.at(1)};
  for (int i = 0; i < 20; ++i) {
    const auto body = R"({"id":")" + std::to_string(i) + R"("})";
    models::write_request wish;
    wish.target = nodes.at(1).schema().find("notes");
    wish.body = body;
    std::promise<void> done;
    writes.submit(*writes.prepare(wish), [&done](auto&&) { done.set_value(); });
    done.get_future().get();
  }
  BOOST_TEST(told[0] == 1);
  BOOST_TEST(nodes.write(1, "a", "2", static_cast<std::uint64_t>(first)) > 0);
  while (!all_told(2)) std::this_thread::yield();
  listeners.erase(listeners.begin());
  BOOST_TEST(nodes.write(1, "b", "2", 0) > 0);
  while (told[1] < 3 || told[2] < 3) std::this_thread::yield();
  BOOST_TEST(told[0] == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cluster_records_test
