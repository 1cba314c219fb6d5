#include "test/actors/files_on_loops.hpp"

#include <sys/prctl.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include <caf/scoped_actor.hpp>

#include "actors/messages/messages.hpp"
#include "models/declaration/model_file.hpp"
#include "models/service.hpp"
#include "persistence/files.hpp"
#include "test/actors/embedded.hpp"

namespace files_on_loops_test {

using namespace lithair;
using namespace lithair::actors;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view models_text = R"(
[models.items.fields]
id    = { type = "string", primary_key = true, immutable = true, replicate = true }
value = { type = "string", optional = true, replicate = true }
)";

struct cluster {
  models::schema schema = *models::parse_model_text(models_text, "test");
  test::embedded_nodes nodes{schema, 3, [](node_config& x) {
                               x.checkpoint_entries = 50;
                               x.log_margin = 10;
                               // So that lagging peers and the state are fed from the disk.
                               x.raft.max_cached_bytes = 1024;
                             }};

  template <class Answer, class Handle, class Question>
  Answer ask_of(std::uint64_t at, const Handle& whom, Question question) {
    caf::scoped_actor self{nodes.at(at).system()};
    self->send(whom, std::move(question));
    Answer result;
    self->receive([&](Answer& x) { result = std::move(x); },
                  caf::after(60s) >> [] { BOOST_FAIL("no answer"); });
    return result;
  }
  void create(std::uint64_t at, const std::string& key, std::size_t size = 1000) {
    models::write_request request;
    const auto body = R"({"id":")" + key + R"(","value":")" + std::string(size, 'x') + R"("})";
    request.body = body;
    request.target = schema.find("items");
    const auto made =
        ask_of<submitted>(at, nodes.at(at).raft(),
                          submit{1, *models::prepare(schema, request, models::stamp{1, {}})});
    BOOST_TEST_REQUIRE(made.result.status == 201);
  }
  void must_read(std::uint64_t at, const std::string& key) {
    ask question;
    question.what = *models::item_query(*schema.find("items"), key);
    BOOST_TEST(ask_of<answered>(at, nodes.at(at).raft(), std::move(question)).result.status == 200);
  }
  node_status status(std::uint64_t at) {
    return ask_of<node_status>(at, nodes.at(at).raft(), inspect_node{1});
  }
  members_changed change(std::uint64_t at, change_members::action what, std::uint64_t node) {
    change_members x;
    x.what = what;
    x.node = node;
    x.host = nodes.address(node).host;
    x.http_port = nodes.address(node).http_port;
    x.peer_port = nodes.address(node).peer_port;
    return ask_of<members_changed>(at, nodes.at(at).raft(), x);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(files_on_loops)

BOOST_AUTO_TEST_CASE(a_file_that_is_read_on_a_loop_is_noticed_and_elsewhere_is_not) {
  const test::watch_of_loops watch;
  const auto path = std::filesystem::temp_directory_path() / "lithair-loops-probe";
  std::ofstream{path} << "probe";
  BOOST_TEST(watch.found().size() == 0u);
  std::thread{[&] {
    ::prctl(PR_SET_NAME, "loop-0");
    BOOST_TEST(persistence::read_file(path).value() == "probe");
  }}.join();
  BOOST_TEST(watch.found().size() >= 2u);
  std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(no_loop_waits_for_a_disk_whatever_happens_to_a_cluster) {
  const test::watch_of_loops watch;
  {
    cluster all;
    for (std::uint64_t id = 1; id <= 3; ++id) all.create(id, "first-" + std::to_string(id));
    for (std::uint64_t id = 1; id <= 3; ++id) all.must_read(id, "first-1");
    // Away for a little, and caught up from the log.
    all.nodes.erase(3);
    for (int i = 0; i < 8; ++i) all.create(1, "few-" + std::to_string(i));
    all.nodes.start(3);
    all.must_read(3, "few-7");
    // Away for long, and given a snapshot of several chunks.
    all.nodes.erase(3);
    for (int i = 0; i < 120; ++i) all.create(1, "many-" + std::to_string(i), 10'000);
    while (all.status(1).raft.first_index.value < 60 && all.status(2).raft.first_index.value < 60) {
    }
    all.nodes.start(3);
    all.must_read(3, "many-119");
    all.create(3, "long", 900'000);
    all.must_read(2, "long");
    BOOST_TEST(all.change(1, change_members::action::remove, 3).status == 200);
    BOOST_TEST(all.change(2, change_members::action::add, 3).status == 200);
    all.must_read(3, "long");
    const auto backup = all.ask_of<backup_taken>(1, all.nodes.at(1).archivist(), take_backup{1});
    BOOST_TEST(backup.failed == "");
    BOOST_TEST(static_cast<bool>(backup.file));
    BOOST_TEST(all.status(1).data_bytes > 0u);
    for (std::uint64_t id = 1; id <= 3; ++id) all.nodes.at(id).stop();
  }
  for (auto& each : watch.found()) BOOST_ERROR(each);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace files_on_loops_test
