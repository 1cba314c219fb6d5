#include <unistd.h>

#include <csignal>

#include "apps/lithairctl/program.hpp"

int main(int argc, char** argv) {
  // A node that goes away while it is written to over TLS must not take this program with it; who
  // takes no more of the output is noticed by the stream.
  std::signal(SIGPIPE, SIG_IGN);
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
