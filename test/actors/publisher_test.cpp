#include "actors/node/publisher.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/messages/messages.hpp"
#include "actors/messages/published.hpp"
#include "actors/node/system.hpp"
#include "models/declaration/model_file.hpp"
#include "test/actors/stand_in.hpp"

namespace publisher_test {

using namespace lithair;
using namespace lithair::actors;

namespace {

struct counted final : published {
  explicit counted(const models::schema& s) : schema(s) {}

  std::string_view name() const override { return "count"; }
  const models::collection& from() const override { return *schema.find("notes"); }
  std::uint64_t applied() const override { return 10; }
  bool has_ended() const override { return false; }
  void hurry() const override {}
  picture read() const override { return {10, "7"}; }

  const models::schema& schema;
};

/// A publisher, and one who is everybody around it: the group, which answers with a status, and the
/// client.
struct around_a_publisher {
  around_a_publisher() : system(config.set("scheduler.policy", caf::atom("testing"))) {
    other = system.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      return {
          [this, self](const ask& x) {
            asked = x;
            answered reply{x.token, what, "not yet", 10, {}};
            reply.result.status = status;
            self->send(subject, std::move(reply));
          },
          [this](answered& x) { came = std::move(x); },
      };
    });
    subject = system.spawn<publisher>(nullptr, publisher::setup{{}, {}, test::stand_in{other}});
  }
  ~around_a_publisher() {
    for (auto* each : {&subject, &other}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    run();
  }

  answered read(std::uint64_t min_index) {
    came.reset();
    subject->enqueue(caf::actor_cast<caf::strong_actor_ptr>(other), caf::make_message_id(),
                     caf::make_message(read_published{5, consistency::local, min_index,
                                                      std::make_shared<counted>(models)}),
                     nullptr);
    run();
    BOOST_REQUIRE(came.has_value());
    BOOST_TEST(came->token == 5u);
    return *came;
  }
  void run() { dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).run(); }

  models::schema models =
      models::parse_model_text(
          "[models.notes.fields]\nid = { type = \"string\", primary_key = true }\n", "test")
          .value();
  system_config config;
  caf::actor_system system;
  caf::actor other, subject;
  disposition what = disposition::done;
  std::uint16_t status = 200;
  std::optional<ask> asked;
  std::optional<answered> came;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publishers, around_a_publisher)

BOOST_AUTO_TEST_CASE(a_local_read_that_names_no_index_asks_nobody) {
  BOOST_TEST(read(0).result.body == R"({"data":7})");
  BOOST_TEST(!asked.has_value());
}

BOOST_AUTO_TEST_CASE(an_index_is_shown_to_the_state_whatever_that_answers_about_its_items) {
  status = 404;
  BOOST_TEST(read(9).result.body == R"({"data":7})");
  BOOST_REQUIRE(asked.has_value());
  BOOST_TEST(asked->min_index == 9u);
}

BOOST_AUTO_TEST_CASE(an_index_of_another_timeline_is_refused_as_the_state_does) {
  status = 412;
  BOOST_TEST(read(9).result.status == 412);
}

BOOST_AUTO_TEST_CASE(an_index_that_does_not_come_in_time_is_told_to_be_the_projections) {
  what = disposition::unknown;
  const auto answer = read(9);
  BOOST_TEST((answer.what == disposition::unknown));
  BOOST_TEST(
      answer.reason.find("the projection count has not come to index 9") != std::string::npos,
      answer.reason);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace publisher_test
