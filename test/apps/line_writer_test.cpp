#include "apps/lithair/line_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <memory>
#include <string>

namespace line_writer_test {

using namespace lithair::apps;
using namespace std::chrono_literals;

namespace {

/// Both ends of a pipe.
struct open_pipe {
  std::array<int, 2> ends{-1, -1};

  open_pipe() { BOOST_REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~open_pipe() {
    close(ends[0]);
    close_writing();
  }
  int writing() const { return ends[1]; }
  void close_writing() {
    if (ends[1] >= 0) close(ends[1]);
    ends[1] = -1;
  }
  /// What comes until `last` does, or the patience is over.
  std::string read_until(const std::string& last) const {
    std::string all;
    pollfd watched{ends[0], POLLIN, 0};
    while (all.find(last) == std::string::npos && poll(&watched, 1, 30'000) == 1) {
      std::array<char, 4096> some{};
      const auto size = ::read(ends[0], some.data(), some.size());
      if (size <= 0) break;
      all.append(some.data(), static_cast<std::size_t>(size));
    }
    return all;
  }
};

std::string loss(std::uint64_t lost) { return std::to_string(lost) + " lost\n"; }

/// Far more than a pipe holds, so that the writer waits.
const std::string long_line = std::string(256 * 1024, 'x') + "\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(line_writers)

BOOST_AUTO_TEST_CASE(lines_come_whole_and_in_order) {
  const open_pipe out;
  line_writer writer{out.writing()};
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    writer.put(std::to_string(i) + "\n");
    all += std::to_string(i) + "\n";
  }
  BOOST_TEST(out.read_until("\n999\n") == all);
  BOOST_TEST(writer.flush(30s));
  BOOST_TEST(writer.dropped() == 0u);
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_a_pipe_holds_comes_whole) {
  const open_pipe out;
  line_writer writer{out.writing()};
  writer.put(long_line);
  BOOST_TEST((out.read_until("\n") == long_line));
}

BOOST_AUTO_TEST_CASE(what_nobody_takes_is_dropped_and_told_when_there_is_room_again) {
  const open_pipe out;
  line_writer writer{out.writing(), loss, {.lines = 10, .bytes = 1024 * 1024}};
  writer.put(long_line);
  for (int i = 0; i < 1000; ++i) writer.put("more\n");
  const auto dropped = writer.dropped();
  // The long one may be in the queue or under way; ten at most wait.
  BOOST_TEST((dropped == 990u || dropped == 991u));
  const auto all = out.read_until(" lost\n");
  BOOST_TEST(all.starts_with(long_line));
  BOOST_TEST(all.find("\n" + loss(dropped)) != std::string::npos);
  BOOST_TEST(writer.flush(30s));
}

BOOST_AUTO_TEST_CASE(the_queue_is_bounded_in_bytes_too) {
  const open_pipe out;
  line_writer writer{out.writing(), loss, {.lines = 1000, .bytes = 1000}};
  writer.put(std::string(2000, 'x'));
  BOOST_TEST(writer.dropped() == 1u);
}

BOOST_AUTO_TEST_CASE(the_end_does_not_wait_for_who_never_reads) {
  const open_pipe out;
  auto writer = std::make_unique<line_writer>(out.writing());
  writer->put(long_line);
  const auto since = std::chrono::steady_clock::now();
  writer.reset();
  // Ten times what it may take, for busy machines.
  BOOST_TEST((std::chrono::steady_clock::now() - since < 10 * line_writer::last_wait));
}

BOOST_AUTO_TEST_CASE(the_end_writes_what_was_put) {
  open_pipe out;
  {
    line_writer writer{out.writing()};
    for (int i = 0; i < 100; ++i) writer.put("line\n");
    writer.put("last\n");
  }
  BOOST_TEST(out.read_until("last\n").size() == 505u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace line_writer_test
