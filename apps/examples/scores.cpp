// A projection of the program's own, served beside its models: `scores` keeps what players have
// scored, and answers the ten best of them at /api/projections/best.

#include <set>

#include <lithair/lithair.hpp>

struct score {
  std::string player;
  std::int64_t points;
};

template <>
struct lithair::model<score> : lithair::attributes {
  static constexpr auto declaration =
      declare("scores", field<&score::player>("player", primary_key, immutable, replicate),
              field<&score::points>("points", replicate, merge("add")));
};

namespace {

/// The players in the order of their points.
struct best_players {
  using item = score;
  static constexpr std::string_view name = "best";

  void fold(const lithair::event<score>& change) {
    if (change.before) all.erase({-change.before->points, change.before->player});
    if (change.after) all.insert({-change.after->points, change.after->player});
  }

  std::string to_json() const {
    std::vector<score> rows;
    for (const auto& [points, player] : all) {
      if (rows.size() == 10) break;
      rows.push_back({player, -points});
    }
    return lithair::json_of(rows);
  }

  std::set<std::pair<std::int64_t, std::string>> all;
};

}  // namespace

int main(int argc, char** argv) {
  return lithair::run<score>(argc, argv, {lithair::publish<best_players>()});
}
