#include <unistd.h>

#include <csignal>

#include "apps/lithairctl/program.hpp"

int main(int argc, char** argv) {
  lithair::ctl::environment variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos)
      variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return lithair::ctl::run({argv, static_cast<std::size_t>(argc)}, variables,
                           lithair::ctl::process_console());
}
