#include <boost/test/unit_test.hpp>

#include "models/command/idempotency.hpp"
#include "models/command/log_time.hpp"
#include "test/models/service_fixture.hpp"

namespace log_time_test {

using namespace lithair::models;

namespace {

constexpr std::int64_t three_days_us = 3LL * 86'400'000'000;

struct log_with_time : service_fixture {
  log_with_time()
      : service_fixture(R"(
[models.notes.fields]
id   = { type = "integer", primary_key = true, immutable = true }
text = { type = "string", track_history = true }
)") {
    log_time_us = right_us;
  }

  outcome create(int id, std::string_view idempotency_key = {}) {
    const auto body = R"({"id":)" + std::to_string(id) + R"(,"text":"a"})";
    write_request request{operation::create, find("notes"), "", body, {}};
    request.idempotency_key = idempotency_key;
    return write(request);
  }
  std::string dates_of(int id) const { return history("notes", std::to_string(id)).body; }

  static constexpr std::int64_t right_us = 1'764'000'000'000'000;  // 2025-11-24T16:00:00Z
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_time_of_the_log, log_with_time)

BOOST_AUTO_TEST_CASE(keeps_an_answer_for_a_day_whatever_the_clocks_of_the_nodes_that_are_asked) {
  const auto first = create(1, "key");
  BOOST_TEST(first.status == 201);
  time_us += three_days_us;  // the retry comes to a node whose clock is ahead
  log_time_us += 5'000;
  auto again = create(1, "key");
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.replayed);
  time_us -= 2 * three_days_us;
  log_time_us = right_us + answer_lifetime_us - 1;
  BOOST_TEST(create(1, "key").replayed);
  log_time_us += 1;
  again = create(1, "key");
  BOOST_TEST(!again.replayed);
  BOOST_TEST(again.status == 409);
}

BOOST_AUTO_TEST_CASE(dates_what_happened_and_not_the_clock_of_who_asked_for_it) {
  time_us = right_us + three_days_us;
  BOOST_TEST(create(1).status == 201);
  BOOST_TEST(dates_of(1).find("2025-11-24T16:00:00") != std::string::npos, dates_of(1));
}

BOOST_AUTO_TEST_CASE(is_that_of_the_command_in_logs_that_have_none) {
  log_time_us = 0;
  time_us = right_us + three_days_us;
  BOOST_TEST(create(1).status == 201);
  BOOST_TEST(dates_of(1).find("2025-11-27T16:00:00") != std::string::npos, dates_of(1));
}

BOOST_AUTO_TEST_CASE(is_told_by_the_state_its_last_changes_and_answers) {
  BOOST_TEST(latest_log_time(state()) == 0);
  create(1);
  BOOST_TEST(latest_log_time(state()) == right_us);
  log_time_us += 5'000;
  create(2, "key");
  BOOST_TEST(latest_log_time(state()) == right_us + 5'000);
  log_time_us += 5'000;
  create(2, "another");  // refused, and answered so again
  BOOST_TEST(latest_log_time(state()) == right_us + 10'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace log_time_test
