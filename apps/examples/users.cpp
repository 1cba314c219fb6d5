// Users that all nodes share, each with a cache that stays with the node that filled it, and visits
// that each node counts for itself. The same as users.toml.
#include <lithair/lithair.hpp>

struct user {
  lithair::uuid id;
  std::string email;
  std::string name;
  std::optional<std::string> page;  // rendered here, for who asks here: never leaves this node
  std::int64_t hits = 0;
};

struct visit {
  lithair::uuid id;
  std::string path;
};

template <>
struct lithair::model<user> : lithair::attributes {
  static constexpr auto declaration =
      declare("users", field<&user::id>("id", primary_key, immutable, replicate),
              field<&user::email>("email", unique, replicate, format("email")),
              field<&user::name>("name", replicate, min_length(1), max_length(100)),
              field<&user::page>("page"), field<&user::hits>("hits", default_value(0), min(0)));
};

template <>
struct lithair::model<visit> : lithair::attributes {
  static constexpr auto declaration =
      declare("visits", field<&visit::id>("id", primary_key), field<&visit::path>("path", indexed));
};

int main(int argc, char** argv) { return lithair::run<user, visit>(argc, argv); }
