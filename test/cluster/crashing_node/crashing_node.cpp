// lithair_node that ends itself at a place where a crash must do no harm: LITHAIR_CRASH_AT is the
// name of a fault point, a colon, and how often it is passed before.

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string>

#include "apps/lithair/run.hpp"
#include "persistence/fault_points.hpp"

namespace {

using namespace lithair::persistence;

constexpr int crashed = 42;

fault_point place;
std::atomic<int> passes = 0;

void crash(fault_point point) {
  if (point == place && passes-- == 0) ::_exit(crashed);
}

void set_up(const std::string& order) {
  const auto colon = order.find(':');
  const auto name = order.substr(0, colon);
  const auto all = all_fault_points();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](fault_point x) { return to_string(x) == name; });
  if (found == all.end() || colon == std::string::npos) ::_exit(1);
  place = *found;
  passes = std::stoi(order.substr(colon + 1));
  set_fault_handler(&crash);
}

}  // namespace

int main(int argc, char** argv) {
  if (const char* order = std::getenv("LITHAIR_CRASH_AT"); order != nullptr && *order != '\0')
    set_up(order);
  return lithair::run_model_file(argc, argv);
}
