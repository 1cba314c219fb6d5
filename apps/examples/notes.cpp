#include "apps/lithair/run.hpp"

struct note {
  lithair::uuid id;
  std::string text;
};

template <>
struct lithair::model<note> {
  static constexpr auto declaration =
      declare("notes",
              field<&note::id>("id", db::primary_key, lifecycle::immutable, persistence::replicate),
              field<&note::text>("text", persistence::replicate, validation::max_length(1000)));
};

int main(int argc, char** argv) { return lithair::run<note>(argc, argv); }
