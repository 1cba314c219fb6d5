#include "bench/table/machine.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace lithair::bench {
namespace {

/// The first line that a command says.
std::string first_line(const std::string& command) {
  std::FILE* const said = ::popen((command + " 2>&1").c_str(), "r");
  if (said == nullptr) return "";
  char text[200] = "";
  const bool any = std::fgets(text, sizeof text, said) != nullptr;
  ::pclose(said);
  const std::string line = any ? text : "";
  return line.substr(0, line.find('\n'));
}

std::string processor() {
  std::ifstream lines("/proc/cpuinfo");
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
  return "unknown";
}

/// Ms that it takes to write 4 KiB and to wait until the disk has them: median and longest.
std::string sync_time(const std::string& directory) {
  auto path = directory + "/lithair-sync-XXXXXX";
  const int file = ::mkstemp(path.data());
  if (file < 0) throw std::runtime_error("no file can be made in " + directory);
  ::unlink(path.c_str());
  const std::string page(4096, 'x');
  std::vector<double> took;
  for (int i = 0; i < 100; ++i) {
    const auto began = std::chrono::steady_clock::now();
    if (::pwrite(file, page.data(), page.size(), 0) < 0 || ::fdatasync(file) != 0) break;
    took.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
            .count());
  }
  ::close(file);
  if (took.empty()) throw std::runtime_error("no file can be synced in " + directory);
  std::ranges::sort(took);
  char text[100];
  std::snprintf(text, sizeof text, "%.2f ms (longest of 100: %.2f ms)", took[took.size() / 2],
                took.back());
  return text;
}

std::string load_average() {
  std::ifstream file("/proc/loadavg");
  std::string one;
  file >> one;
  return one;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> describe_machine(const std::string& directory,
                                                                  const std::string& program) {
  utsname system{};
  ::uname(&system);
  char date[40];
  const auto now = std::time(nullptr);
  std::strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", std::gmtime(&now));
  const bool etcd = ::access("/usr/bin/etcd", X_OK) == 0;
  const bool h2load = ::access("/usr/bin/h2load", X_OK) == 0;
  return {{"date", date},
          {"processors", std::to_string(std::thread::hardware_concurrency()) + " × " + processor()},
          {"kernel", std::string(system.sysname) + " " + system.release},
          {"load average before", load_average()},
          {"data below", directory + ", 4 KiB written and synced in " + sync_time(directory)},
          {"node", first_line("'" + program + "' --version")},
          {"etcd", etcd ? first_line("/usr/bin/etcd --version")
                        : "not installed (Debian's etcd-server): its columns are empty"},
          {"gRPC by", h2load ? first_line("/usr/bin/h2load --version")
                             : "nothing (Debian's nghttp2-client): that row is empty"}};
}

}  // namespace lithair::bench
