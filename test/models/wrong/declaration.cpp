// Each CASE is a declaration that must not compile, with a message that says why.

#include "models/model.hpp"

struct thing {
  std::int64_t id = 0;
  bool live = false;
  double size = 0;
  std::string name;
  char initial = 'x';
};

using namespace lithair;

constexpr auto key = field<&thing::id>("id", db::primary_key, persistence::replicate);

constexpr auto declaration =
#if CASE == 0
    declare("things", key, field<&thing::name>("name", persistence::replicate));
#elif CASE == 1
    declare("things", key, field<&thing::name>("name", db::primary_key));
#elif CASE == 2
    declare("things", field<&thing::name>("name", persistence::replicate));
#elif CASE == 3
    declare("things", key, field<&thing::live>("live", validation::min(1)));
#elif CASE == 4
    declare("things", key, field<&thing::name>("id", persistence::replicate));
#elif CASE == 5
    declare("things", key, field<&thing::size>("size", validation::pattern("x")));
#elif CASE == 6
    declare("things", field<&thing::live>("live", db::primary_key));
#elif CASE == 7
    declare("things", key, field<&thing::name>("name", db::unique, db::unique));
#elif CASE == 8
    declare("things", key, field<&thing::initial>("initial", persistence::replicate));
#elif CASE == 9
    declare("things", field<&thing::id>("id", db::primary_key, lifecycle::optional));
#elif CASE == 10
    declare("things", key, field<&thing::size>("size", validation::max_length(3)));
#endif
