// Users that all nodes share, each with a cache that stays with the node that filled it, and visits
// that each node counts for itself. The same as users.toml.
#include "apps/lithair/run.hpp"

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
struct lithair::model<user> {
  static constexpr auto declaration = declare(
      "users",
      field<&user::id>("id", db::primary_key, lifecycle::immutable, persistence::replicate),
      field<&user::email>("email", db::unique, persistence::replicate, validation::format("email")),
      field<&user::name>("name", persistence::replicate, validation::min_length(1),
                         validation::max_length(100)),
      field<&user::page>("page"),
      field<&user::hits>("hits", lifecycle::default_value(0), validation::min(0)));
};

template <>
struct lithair::model<visit> {
  static constexpr auto declaration = declare("visits", field<&visit::id>("id", db::primary_key),
                                              field<&visit::path>("path", db::indexed));
};

int main(int argc, char** argv) { return lithair::run<user, visit>(argc, argv); }
