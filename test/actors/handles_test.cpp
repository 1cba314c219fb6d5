#include <boost/test/unit_test.hpp>

#include <caf/response_type.hpp>

#include "actors/messages/handles.hpp"
#include "actors/messages/messages.hpp"
#include "actors/runtime/hosted.hpp"

namespace handles_test {

using namespace lithair::actors;

namespace {

template <class Handle, class Message>
constexpr bool takes() {
  return caf::response_type_unbox<typename Handle::signatures,
                                  caf::detail::type_list<Message>>::valid;
}

const auto writes = [](const submit&) {};
const auto questions = [](ask&) {};
const auto others = [](const ticked&) {};

template <class Handle, class... Handlers>
constexpr bool all_handled(const Handlers&...) {
  return detail::handle_all<Handlers...>(typename Handle::signatures{});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(handles)

// As a check of the compiler, so that what fails here would not compile elsewhere.
BOOST_AUTO_TEST_CASE(an_actor_can_be_sent_what_its_handle_takes_and_nothing_else) {
  static_assert(takes<raft_handle, submit>());
  static_assert(!takes<aggregate_handle, submit>());
  static_assert(!takes<taking<probe_ready>, submit>());
  static_assert(std::is_constructible_v<taking<probe_ready>, const raft_handle&>);
  BOOST_TEST((takes<data_handle, ask>() && !takes<data_handle, ticked>()));
}

BOOST_AUTO_TEST_CASE(a_behaviour_has_to_handle_whatever_the_handle_takes) {
  BOOST_TEST(all_handled<data_handle>(writes, questions));
  BOOST_TEST(all_handled<data_handle>(writes, others, questions));
  BOOST_TEST(!all_handled<data_handle>(writes));
  BOOST_TEST(!all_handled<data_handle>(writes, others));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace handles_test
