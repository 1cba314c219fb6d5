// Each CASE is a declaration that must not compile, with a message that says why.

#include "models/model.hpp"

struct thing {
  std::int64_t id = 0;
  bool live = false;
  double size = 0;
  std::string name;
  char initial = 'x';
};

using lithair::declare;
using lithair::field;

struct planted : lithair::attributes {
  static constexpr auto key = field<&thing::id>("id", primary_key, replicate);

  static constexpr auto declaration =
#if CASE == 0
      declare("things", key, field<&thing::name>("name", replicate));
#elif CASE == 1
      declare("things", key, field<&thing::name>("name", primary_key));
#elif CASE == 2
      declare("things", field<&thing::name>("name", replicate));
#elif CASE == 3
      declare("things", key, field<&thing::live>("live", min(1)));
#elif CASE == 4
      declare("things", key, field<&thing::name>("id", replicate));
#elif CASE == 5
      declare("things", key, field<&thing::size>("size", pattern("x")));
#elif CASE == 6
      declare("things", field<&thing::live>("live", primary_key));
#elif CASE == 7
      declare("things", key, field<&thing::name>("name", unique, unique));
#elif CASE == 8
      declare("things", key, field<&thing::initial>("initial", replicate));
#elif CASE == 9
      declare("things", field<&thing::id>("id", primary_key, optional));
#elif CASE == 10
      declare("things", key, field<&thing::size>("size", max_length(3)));
#endif
};
