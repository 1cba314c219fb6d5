#include "test/cluster/harness/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace lithair::test {
namespace {

[[noreturn]] void fail(const std::string& doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> made;
  for (auto& text : texts) made.push_back(text.data());
  made.push_back(nullptr);
  return made;
}

std::vector<std::string> environment_with(const std::vector<std::string>& variables) {
  std::vector<std::string> made(variables);
  for (char** entry = environ; *entry != nullptr; ++entry) made.emplace_back(*entry);
  return made;
}

/// The child's part, between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* words, char* const* variables, int output,
                         const char* directory) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (directory == nullptr || chdir(directory) == 0) execve(words[0], words, variables);
  _exit(127);
}

}  // namespace

process::process(const launch& how) {
  auto words = how.words;
  auto variables = environment_with(how.variables);
  const auto word_pointers = pointers(words);
  const auto variable_pointers = pointers(variables);
  const int output = open(how.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) fail("opening " + how.output.string());
  const auto* directory = how.directory.empty() ? nullptr : how.directory.c_str();
  pid_ = fork();
  if (pid_ == 0) become(word_pointers.data(), variable_pointers.data(), output, directory);
  close(output);
  if (pid_ < 0) fail("starting " + how.words.front());
  exit_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (exit_fd_ < 0) fail("watching " + how.words.front());
}

process::process(process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      exit_fd_(std::exchange(other.exit_fd_, -1)),
      ended_(other.ended_) {}

process::~process() {
  if (pid_ > 0 && !ended_) kill();
  if (exit_fd_ >= 0) close(exit_fd_);
}

void process::signal(int number) const {
  if (!ended_) ::kill(pid_, number);
}

void process::pause() const {
  if (ended_) return;
  signal(SIGSTOP);
  siginfo_t now{};
  // One that has ended in the meantime is left to `wait`.
  while (waitid(P_PID, static_cast<id_t>(pid_), &now, WSTOPPED | WEXITED | WNOWAIT) != 0)
    if (errno != EINTR) fail("waiting for a process to stop");
}

void process::resume() const { signal(SIGCONT); }

void process::kill() {
  signal(SIGKILL);
  while (!wait(1000ms)) {
  }
}

std::optional<ending> process::wait(milliseconds limit) {
  if (ended_) return ended_;
  pollfd watch{exit_fd_, POLLIN, 0};
  if (poll(&watch, 1, static_cast<int>(limit.count())) <= 0) return std::nullopt;
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_) fail("waiting for a process");
  ended_ = ending{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
  return ended_;
}

usage process::used() const {
  const auto folder = std::filesystem::path("/proc") / std::to_string(pid_);
  usage made;
  // The fields after the name, which may hold spaces: utime and stime are the 12th and 13th of
  // them.
  const auto stat = read_file(folder / "stat");
  std::istringstream fields(stat.substr(std::min(stat.rfind(')') + 1, stat.size())));
  std::string skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  fields >> user >> system;
  made.cpu = milliseconds{(user + system) * 1000 / sysconf(_SC_CLK_TCK)};
  std::istringstream pages(read_file(folder / "statm"));
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  pages >> total >> resident;
  made.resident_kib = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 1024;
  return made;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

temporary_directory::temporary_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "lithair-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) fail("making a temporary directory");
  path_ = pattern;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace lithair::test
