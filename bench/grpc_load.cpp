#include "bench/grpc_load.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>

#include "test/cluster/harness/cluster.hpp"

namespace lithair::bench {
namespace {

constexpr auto program = "/usr/bin/h2load";

std::string varint(std::size_t number) {
  std::string made;
  for (; number >= 0x80; number >>= 7) made += static_cast<char>((number & 0x7f) | 0x80);
  return made + static_cast<char>(number);
}

/// A field of protobuf that holds bytes.
std::string field(int number, const std::string& bytes) {
  return static_cast<char>(number << 3 | 2) + varint(bytes.size()) + bytes;
}

/// etcdserverpb.PutRequest{key, value} as a message of gRPC: not compressed, its length, itself.
std::string put_message(std::size_t payload) {
  const auto message = field(1, "key-of-18-bytes-xx") + field(2, std::string(payload, 'A'));
  std::string made(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8)
    made += static_cast<char>(message.size() >> shift & 0xff);
  return made + message;
}

std::uint64_t revision(std::uint16_t port) {
  const auto said = test::http_client(port).post("/v3/kv/range", R"({"key":"AA=="})");
  return std::stoull(test::json_at(said.body, "/header/revision"));
}

/// The number in front of `unit`.
double number_before(const std::string& text, const std::string& unit) {
  const auto end = text.find(unit);
  if (end == std::string::npos) throw std::runtime_error("h2load said: " + text);
  return std::stod(text.substr(text.find_last_of(" ,", end - 1) + 1));
}

}  // namespace

bool can_load_grpc() { return access(program, X_OK) == 0; }

double run_grpc_puts(const grpc_plan& plan) {
  const test::temporary_directory place;
  const auto message = place.path() / "message";
  const auto output = place.path() / "output";
  std::ofstream(message, std::ios::binary) << put_message(plan.payload);
  const auto seconds = [](std::chrono::milliseconds x) {
    return std::to_string(std::max<std::int64_t>(1, (x.count() + 500) / 1000));
  };
  const auto connections = std::to_string(plan.connections);
  const auto before = revision(plan.port);
  test::process load({{program, "--clients=" + connections, "--max-concurrent-streams=1",
                       "--duration=" + seconds(plan.measured),
                       "--warm-up-time=" + seconds(plan.warm_up), "--data=" + message.string(),
                       "--header=content-type: application/grpc", "--header=te: trailers",
                       "http://127.0.0.1:" + std::to_string(plan.port) + "/etcdserverpb.KV/Put"},
                      output,
                      {},
                      {}});
  const auto ended = load.wait(plan.measured + plan.warm_up + std::chrono::seconds{30});
  const auto said = test::read_file(output);
  if (!ended || ended->status != 0) throw std::runtime_error("h2load failed: " + said);
  const auto succeeded = number_before(said, " succeeded");
  const auto failed = number_before(said, " failed") + number_before(said, " errored");
  const auto kept = static_cast<double>(revision(plan.port) - before);
  // A refusal of gRPC is a 200, too; what was kept made a revision.
  if (failed > 0 || succeeded == 0 || kept < succeeded)
    throw std::runtime_error("etcd kept " + std::to_string(kept) + " puts; h2load said: " + said);
  return number_before(said, " req/s");
}

}  // namespace lithair::bench
