// with_ports COMMAND...: runs a command to which PORT names the first of ten free ports on
// loopback, with as many 1000 above them, which no other test takes meanwhile.

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "test/cluster/harness/ports.hpp"

int main(int count, char** words) {
  if (count < 2) return 2;
  const lithair::test::port_block ports;
  setenv("PORT", std::to_string(ports.http(0)).c_str(), 1);
  const auto child = fork();
  if (child == 0) {
    // Nothing is left behind.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execvp(words[1], words + 1);
    std::perror(words[1]);
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
