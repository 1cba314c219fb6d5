#include "protocol/options.hpp"

int main() { return lithair::protocol::options{}.validate().empty() ? 0 : 1; }
