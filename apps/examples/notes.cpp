#include <lithair/lithair.hpp>

struct note {
  lithair::uuid id;
  std::string text;
};

template <>
struct lithair::model<note> : lithair::attributes {
  static constexpr auto declaration =
      declare("notes", field<&note::id>("id", primary_key, immutable, replicate),
              field<&note::text>("text", replicate, max_length(1000)));
};

int main(int argc, char** argv) { return lithair::run<note>(argc, argv); }
