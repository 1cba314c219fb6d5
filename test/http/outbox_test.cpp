#include "http/outbox.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>
#include <boost/test/unit_test.hpp>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace outbox_test {

using lithair::http::outbox;

namespace {

constexpr std::size_t mebibyte = 1 << 20;
constexpr std::size_t most_in_a_turn = mebibyte / 2;

/// An outbox before one end of a pair of sockets that would take several MiB at once; the other end
/// is read in full whenever the loop turns.
struct pair_of_sockets {
  pair_of_sockets() {
    uv_loop_init(&loop);
    int fds[2];
    BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    const int room = 16 * static_cast<int>(mebibyte);
    // Beyond the system's limit where that is allowed.
    if (setsockopt(fds[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) != 0)
      setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    uv_pipe_init(&loop, &writer, 0);
    uv_pipe_open(&writer, fds[0]);
    other = fds[1];
  }
  ~pair_of_sockets() {
    uv_close(reinterpret_cast<uv_handle_t*>(&writer), nullptr);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    close(other);
  }

  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&writer); }
  static void written(void* self, int result) {
    BOOST_TEST(result == 0);
    BOOST_TEST(static_cast<pair_of_sockets*>(self)->flush());
  }
  bool flush() { return box.flush(stream(), written, this); }
  void read() {
    std::array<char, 65536> some;
    for (ssize_t n = 0; (n = ::read(other, some.data(), some.size())) > 0;)
      came.append(some.data(), static_cast<std::size_t>(n));
  }
  /// Until all has left. The most that left in one turn.
  std::size_t turn_until_empty() {
    std::size_t most = 0;
    while (!box.empty()) {
      const auto before = came.size();
      uv_run(&loop, UV_RUN_NOWAIT);
      read();
      most = std::max(most, came.size() - before);
    }
    return most;
  }

  uv_loop_t loop{};
  uv_pipe_t writer{};
  int other = -1;
  outbox box;
  std::string came;
};

std::string text_of(std::size_t bytes, char first) {
  std::string made(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i) made[i] = static_cast<char>(first + i % 23);
  return made;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outboxes, pair_of_sockets)

BOOST_AUTO_TEST_CASE(much_leaves_in_pieces_and_in_order) {
  std::string wanted;
  const auto add = [&](std::string&& one) {
    wanted += one;
    box.add(std::move(one));
  };
  const auto share = [&](const std::string& one) {
    wanted += one;
    box.add(std::make_shared<const std::string>(one));
  };
  add("a head");
  add(text_of(3 * mebibyte, 'a'));
  share(text_of(2 * mebibyte, 'b'));
  add("small");
  share("also small");
  add(text_of(mebibyte + 1, 'c'));
  for (int i = 0; i < 100; ++i) add(text_of(20'000, 'd'));
  BOOST_TEST(flush());
  read();
  BOOST_TEST(came.size() <= most_in_a_turn);
  BOOST_TEST(box.writing());
  // What comes meanwhile waits behind it.
  add("the last");
  BOOST_TEST(turn_until_empty() <= most_in_a_turn);
  BOOST_TEST((came == wanted));
  BOOST_TEST(box.handed(stream()) == wanted.size());
  BOOST_TEST(box.size(stream()) == 0u);
}

BOOST_AUTO_TEST_CASE(little_leaves_at_once) {
  box.add("little");
  BOOST_TEST(flush());
  BOOST_TEST(box.empty());
  read();
  BOOST_TEST(came == "little");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace outbox_test
