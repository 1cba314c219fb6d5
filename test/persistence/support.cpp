#include "test/persistence/support.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace lithair::persistence::test {

using protocol::entry;
using protocol::entry_kind;
using protocol::group_id;
using protocol::index_t;
using protocol::node_id;
using protocol::payload;
using protocol::term_t;

namespace {

/// In memory where the machine has room there: these tests sync a lot and mean nothing by it.
std::filesystem::path place_for_tests() {
  std::error_code failed;
  const auto room = std::filesystem::space("/dev/shm", failed);
  if (!failed && room.available > (1u << 30)) return "/dev/shm";
  return std::filesystem::temp_directory_path();
}

}  // namespace

temporary_directory::temporary_directory() {
  auto pattern = (place_for_tests() / "lithair-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = pattern;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path temporary_directory::make(const std::string& name) const {
  std::filesystem::create_directories(path_ / name);
  return path_ / name;
}

lmdb_options in_parts_of(std::uint64_t bytes) {
  // Of a run of keys the first counts as a page, and what it weighs counts twice.
  lmdb_options out;
  out.part_bytes = 4096 + 2 * bytes;
  return out;
}

entry command(std::uint64_t index, std::uint64_t term, std::string data) {
  return {index_t{index},
          term_t{term},
          entry_kind::command,
          {node_id{1}, index + 1000},
          payload(std::move(data))};
}

entry change_of_members(std::uint64_t index, std::uint64_t term,
                        const protocol::configuration& members) {
  return {index_t{index}, term_t{term}, entry_kind::configuration, {}, payload(encode(members))};
}

std::vector<entry> commands(std::uint64_t first, std::uint64_t count, std::uint64_t term,
                            std::size_t size) {
  std::vector<entry> out;
  for (auto index = first; index < first + count; ++index) {
    auto data = std::to_string(index) + ':';
    data.resize(size, static_cast<char>('a' + index % 26));
    out.push_back(command(index, term, std::move(data)));
  }
  return out;
}

protocol::configuration members_up_to(std::uint64_t count) {
  protocol::configuration out;
  for (std::uint64_t id = 1; id <= count; ++id)
    out.members.push_back({node_id{id}, true, "host:" + std::to_string(id)});
  return out;
}

namespace {

void perform(log_store& to, group_id where, protocol::log_write write) {
  const group_write one{where, std::move(write)};
  to.write(std::span(&one, 1));
}

}  // namespace

void append(log_store& to, std::vector<entry> entries, group_id where) {
  protocol::log_write write;
  write.entries = std::move(entries);
  perform(to, where, std::move(write));
}

void truncate(log_store& to, std::uint64_t from, group_id where) {
  protocol::log_write write;
  write.truncate_from = index_t{from};
  perform(to, where, std::move(write));
}

void vote(log_store& to, std::uint64_t term, std::uint64_t node, group_id where) {
  protocol::log_write write;
  write.state = protocol::hard_state{term_t{term}, node_id{node}};
  perform(to, where, std::move(write));
}

void purge_up_to(log_store& from, std::uint64_t index, group_id where) {
  from.purge(where, from.point_at(where, index_t{index}).value());
}

std::string describe(log_store& log, group_id where) {
  const auto state = log.restore(where);
  std::ostringstream out;
  out << "term " << state.state.term.value << " vote " << state.state.voted_for.value << "\nfrom "
      << state.snapshot_index.value << " term " << state.snapshot_term.value << " members "
      << state.snapshot_members.members.size() << " last " << state.last_index.value << "\nruns";
  for (const auto& run : state.terms) out << ' ' << run.term.value << '@' << run.first.value;
  out << "\nchanges";
  for (const auto& change : state.configurations) out << ' ' << change.index.value;
  for (const auto& x : log.read(where, state.snapshot_index + 1, state.last_index, UINT64_MAX))
    out << '\n'
        << x.index.value << ' ' << x.term.value << ' ' << static_cast<int>(x.kind) << ' '
        << x.from.node.value << ' ' << x.from.serial << ' ' << x.from.run << ' ' << x.time_us << ' '
        << x.data.view();
  return out.str();
}

void commit(state_store& to, std::uint64_t index, const changes& what, std::uint64_t term) {
  std::vector<change_view> views;
  for (const auto& [key, value] : what) views.push_back({key, value});
  to.commit(views, {index_t{index}, term_t{term}, members_up_to(3), "extra"});
}

std::string scanned(const state_source& from, std::string_view lower, std::string_view upper,
                    scan_order order) {
  std::string out;
  from.scan(lower, upper, order, [&](std::string_view key, std::string_view value) {
    out.append(key).append("=").append(value).append(" ");
    return true;
  });
  return out;
}

storage_errc code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const storage_error& error) {
    return error.code();
  }
  throw std::runtime_error("no storage error was thrown");
}

std::string sentence_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const storage_error& error) {
    return error.what();
  }
  throw std::runtime_error("no storage error was thrown");
}

int in_child(const std::function<void()>& work) {
  std::fflush(nullptr);
  const auto child = ::fork();
  if (child < 0) throw std::runtime_error("no child process");
  if (child == 0) {
    try {
      work();
    } catch (const storage_error& error) {
      ::_exit(64 + static_cast<int>(error.code()));
    } catch (...) {
      ::_exit(99);
    }
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void flip_bit(const std::filesystem::path& path, std::uint64_t byte, unsigned bit) {
  std::fstream data(path, std::ios::in | std::ios::out | std::ios::binary);
  data.seekg(static_cast<std::streamoff>(byte));
  const auto old = static_cast<unsigned char>(data.get());
  data.seekp(static_cast<std::streamoff>(byte));
  data.put(static_cast<char>(old ^ (1u << bit)));
  if (!data.flush()) throw std::runtime_error("no bit was flipped");
}

}  // namespace lithair::persistence::test
