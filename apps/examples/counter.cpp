// A node inside a program of your own: it writes, reads and follows its models as C++ types, while
// other nodes and HTTP clients may do the same. `counter DIRECTORY` counts how often it was started
// there.

#include <cstdio>
#include <exception>
#include <future>

#include <lithair/lithair.hpp>

struct counter {
  std::string name;
  std::int64_t count;
};

template <>
struct lithair::model<counter> : lithair::attributes {
  static constexpr auto declaration =
      declare("counters", field<&counter::name>("name", primary_key, immutable, replicate),
              field<&counter::count>("count", replicate, merge("add")));
};

namespace {

lithair::node_config configuration(const char* directory) {
  lithair::node_config made;
  made.init = true;
  made.self.peer_port = 0;  // a node without peers listens on any port that is free
  made.data_dir = directory;
  return made;
}

int count(const char* directory) {
  lithair::node node{configuration(directory), *lithair::schema_of<counter>()};
  const lithair::collection<counter> counters{node};

  std::promise<std::int64_t> seen;
  lithair::subscriber<counter> follower;
  follower.changed = [&seen](const lithair::event<counter>& change) {
    seen.set_value(change.item().count);
  };
  const auto subscription = lithair::subscribe(counters, follower);

  const auto one_more = lithair::patch<counter>().set<&counter::count>(1);
  auto made = counters.update("starts", one_more).get();
  if (!made && made.error().status == 404) made = counters.create({"starts", 1}).get();
  if (!made) {
    std::fprintf(stderr, "counter: %s\n", made.error().detail.c_str());
    return 1;
  }
  std::printf("started %lld times\n", static_cast<long long>(seen.get_future().get()));
  node.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "counter: say where its data is to be: counter DIRECTORY\n");
    return 2;
  }
  try {
    return count(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "counter: %s\n", error.what());
    return 1;
  }
}
