#include <CLI/CLI.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <memory>
#include <ostream>
#include <thread>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/event_reader.hpp"
#include "apps/lithairctl/filters.hpp"
#include "apps/lithairctl/item_model.hpp"
#include "apps/lithairctl/table.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;
using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_silence{15};  // nodes send a comment each 5 s
constexpr milliseconds pause_between{200};

struct watch_options {
  std::string collection;
  std::vector<std::string> filters;
  std::string fields;
  std::string after;
  std::uint64_t most = 0;
};

/// Follows one collection, from node to node.
class follower {
 public:
  follower(session& s, const watch_options& chosen)
      : s_(s), chosen_(chosen), last_id_(chosen.after), how_(s.how()) {}

  exit_status run() {
    query_text query;
    query.add_filters(chosen_.filters);
    query.add_known("fields", chosen_.fields);
    target_ = path_of(s_.cluster(), chosen_.collection) + "/stream" + query.text();
    http_client client(how_.as);
    auto heard = clock::now();
    for (std::size_t at = 0;; ++at) {
      const auto& node = how_.endpoints[at % how_.endpoints.size()];
      const auto got = follow(client, node);
      if (got.stopped) return exit_status::ok;
      // A refusal that every node would give. What it says of a place that is gone says what helps.
      if (got.status >= 400 && got.status < 500 && got.status != 429)
        throw failure_of(got, node.authority);
      if (got.status == 200 || got.sent) heard = std::max(heard, heard_);
      if (clock::now() - heard > std::max(how_.timeout, milliseconds{longest_silence}))
        throw failure(exit_status::unavailable,
                      node.authority + ": " + (got.why.empty() ? "not ready" : got.why) +
                          (last_id_.empty() ? "" : "\nGo on with --after " + last_id_));
      std::this_thread::sleep_for(pause_between);
    }
  }

 private:
  reply follow(http_client& client, const endpoint& node) {
    request what = s_.reading(target_);
    what.silence = longest_silence;
    what.headers.emplace_back("Accept", "text/event-stream");
    if (!last_id_.empty()) what.headers.emplace_back("Last-Event-ID", last_id_);
    // What was not whole is told again.
    event_reader events;
    what.sink = [&](std::string_view piece, const reply&) {
      heard_ = clock::now();
      events.add(piece);
      while (auto next = events.next()) {
        show(*next);
        last_id_ = next->id;
        if (chosen_.most != 0 && ++shown_ == chosen_.most) return false;
      }
      if (!events.last_id().empty()) last_id_ = events.last_id();
      return s_.at().out.good();
    };
    return client.send(node, what, how_.timeout);
  }

  void show(const stream_event& x) {
    auto& out = s_.at().out;
    if (s_.json()) {
      out << R"({"id":")" << x.id << R"(","event":")" << x.type << R"(","data":)" << x.data << "}\n"
          << std::flush;
      return;
    }
    const auto which = x.type == "create"   ? colour::green
                       : x.type == "delete" ? colour::red
                                            : colour::yellow;
    boost::system::error_code error;
    const auto item = json::parse(x.data, error);
    std::string text;
    if (error || !item.is_object()) {
      text = x.data;
    } else {
      for (const auto& field : item.get_object())
        text +=
            (text.empty() ? "" : "  ") + std::string(field.key()) + '=' + cell_of(field.value());
    }
    out << fmt::format("{:>10}  ", x.id) << s_.at().in_colour(which, fmt::format("{:6}", x.type))
        << "  " << printable(text) << '\n'
        << std::flush;
  }

  session& s_;
  const watch_options& chosen_;
  std::string last_id_;
  calling how_;
  std::string target_;
  clock::time_point heard_{};
  std::uint64_t shown_ = 0;
};

}  // namespace

void add_watch(command_line& to) {
  auto* made = add_command(
      to, "watch", "Changes of a collection as they come; goes on at another node, misses nothing",
      "  lithairctl watch products state=live\n"
      "  lithairctl watch orders 'amount>=100' --after 4711 --json\n");
  auto options = std::make_shared<watch_options>();
  made->add_option("COLLECTION", options->collection, "its name, or its path")->required();
  made->add_option("FILTER", options->filters, "as of list");
  made->add_option("--fields", options->fields, "these alone")->type_name("FIELDS");
  made->add_option("--after", options->after, "from behind this event on; 0: all that is kept")
      ->type_name("ID");
  made->add_option("--count", options->most, "end after so many")->type_name("N");
  made->callback([options, &chosen = to.chosen] {
    chosen = [options](session& s) { return follower(s, *options).run(); };
  });
}

}  // namespace lithair::ctl
