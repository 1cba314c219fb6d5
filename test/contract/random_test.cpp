#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <deque>
#include <map>
#include <sstream>
#include <tuple>

#include "models/declaration/model_file.hpp"
#include "test/contract/random_commands.hpp"
#include "test/contract/reference.hpp"
#include "test/http/served_nodes.hpp"

namespace random_test {

using namespace lithair;
using namespace lithair::test;
using http::test::reply;
using http::test::served_nodes;

namespace {

/// The number after `name`, among what follows `--` on the command line.
std::uint64_t argument(const std::string& name, std::uint64_t otherwise) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i + 1 < suite.argc; ++i)
    if (suite.argv[i] == name) return std::stoull(suite.argv[i + 1]);
  return otherwise;
}

item item_of(const boost::json::value& x) {
  item made;
  for (const auto& [name, value] : x.as_object()) made[name] = boost::json::serialize(value);
  return made;
}

std::set<std::string> errors_of(const boost::json::value& body) {
  std::set<std::string> made;
  const auto* errors = body.as_object().if_contains("errors");
  if (errors == nullptr) return made;
  for (const auto& each : errors->as_array())
    made.insert(std::string(each.at("field").as_string()) + ':' +
                std::string(each.at("code").as_string()));
  return made;
}

std::vector<item> items_of(const command& x, const boost::json::value& body) {
  std::vector<item> made;
  if (x.what == shape::single) return {item_of(body)};
  const auto& all = x.what == shape::bulk ? body.as_array() : body.at("results").as_array();
  for (const auto& each : all) {
    const auto* within = x.what == shape::bulk ? &each : each.as_object().if_contains("item");
    made.push_back(within == nullptr ? item() : item_of(*within));
  }
  return made;
}

/// What the client was told, in the reference's words.
told told_by(const command& x, const reply& answer) {
  told made{answer.status, {}, {}};
  if (answer.body.empty()) {
    made.items.emplace_back();  // of a deletion
    return made;
  }
  const auto body = boost::json::parse(answer.body);
  if (answer.status < 400)
    made.items = items_of(x, body);
  else
    made.errors = errors_of(body);
  return made;
}

std::ostream& operator<<(std::ostream& out, const item& x) {
  for (const auto& [name, value] : x) out << name << '=' << value << ' ';
  return out;
}

std::ostream& operator<<(std::ostream& out, const told& x) {
  out << x.status;
  for (const auto& each : x.errors) out << ' ' << each;
  for (const auto& each : x.items) out << " { " << each << '}';
  return out;
}

/// A cluster and what it should be like.
class trial {
 public:
  explicit trial(std::uint64_t seed) : by_(seed) {}

  void run(std::uint64_t commands) {
    for (std::uint64_t n = 1; n <= commands; ++n) {
      one_command();
      if (n % 25 == 0) check_node(any_node());
      if (n % 100 == 0) change_the_weather();
    }
    come_back();
    for (std::uint64_t id = 1; id <= 3; ++id) check_node(id);
    check_streams();
  }

 private:
  static void tune(actors::node_config& x) {
    x.raft.election_min_ticks = 30;
    x.raft.election_max_ticks = 60;
    x.log_margin = 5;
  }

  struct earlier {
    command what;
    http_request request;
    reply answer;
    std::uint64_t node;
    bool has_local;
  };

  std::uint64_t any_node() {
    const auto id = 1 + by_.below(3);
    return id == away_ ? id % 3 + 1 : id;
  }

  void one_command() {
    if (!keys_.empty() && by_.percent(8)) return say_again();
    const auto x = any_command(by_, [this](const operation& of) -> std::optional<std::uint64_t> {
      const auto& items = expected_.items(of.collection);
      const auto at = items.find(of.key);
      return at == items.end() ? std::nullopt : std::optional(at->second.version);
    });
    auto request = request_of(x);
    const auto node = any_node();
    if (by_.percent(20)) request.headers += "Idempotency-Key: k" + std::to_string(++key_) + "\r\n";
    const auto answer =
        nodes_.ask(node, request.method, request.path, request.headers, request.body);
    said_.push_back(request.method + ' ' + request.path + ' ' + request.headers + request.body +
                    " through " + std::to_string(node) + ": " + std::to_string(answer.status) +
                    ' ' + answer.body);
    if (said_.size() > 40) said_.pop_front();

    const auto refusal = expected_.refuse(x);
    const auto index = answer.header("x-raft-index");
    const auto should =
        refusal ? *refusal : expected_.decide(x, index.empty() ? 0 : std::stoull(index), node);
    const auto is = told_by(x, answer);
    if (std::tie(is.status, is.errors, is.items) !=
        std::tie(should.status, should.errors, should.items))
      fail() << "the answer is " << is << ", and should be " << should;
    if (answer.status < 300) {
      if (index.empty() || std::stoull(index) <= index_) fail() << "the index is " << index;
      index_ = std::stoull(index);
      const bool tagged = x.what == shape::single && answer.status != 204;
      const auto version = tagged ? version_of(x.operations.front()) : std::string();
      if (version_in(answer.header("etag")) != version)
        fail() << "the ETag is " << answer.header("etag");
    }
    if (request.headers.find("Idempotency-Key") != std::string::npos && !refusal) {
      bool has_local = false;
      for (const auto& each : x.operations) has_local = has_local || each.collection == "accounts";
      keys_.push_back({x, request, answer, node, has_local});
    }
  }

  // Behind it stands what tells bodies of one version apart, if anything does.
  static std::string version_in(const std::string& tag) {
    const auto end = tag.find_first_of("-\"", 1);
    return end == std::string::npos ? "" : tag.substr(1, end - 1);
  }

  std::string version_of(const operation& x) const {
    return std::to_string(expected_.items(x.collection).at(x.key).version);
  }

  // A request that was answered is answered as before, whatever became of its items, and nothing
  // else happens. Local fields are put down by the node that is asked, so what may have some is
  // asked of the same node; and which the request did not name, are told as they are now.
  void say_again() {
    const auto& x = by_.one_of(keys_);
    const auto node = x.has_local ? x.node : any_node();
    if (node == away_) return;
    const auto answer =
        nodes_.ask(node, x.request.method, x.request.path, x.request.headers, x.request.body);
    auto before = told_by(x.what, x.answer);
    auto now = told_by(x.what, answer);
    for (auto* each : {&before, &now})
      for (auto& one : each->items) one.erase("memo");
    if (std::tie(before.status, before.errors, before.items) !=
            std::tie(now.status, now.errors, now.items) ||
        version_in(answer.header("etag")) != version_in(x.answer.header("etag")) ||
        (answer.body == x.answer.body) != (answer.header("etag") == x.answer.header("etag")) ||
        (!x.has_local && answer.body != x.answer.body))
      fail() << "a request that was repeated was answered " << x.answer.status << ' '
             << x.answer.body << ", now " << answer.status << ' ' << answer.body;
    // The same key with another body is another request.
    const auto other =
        nodes_.ask(node, "POST", "/api/_txn", x.request.headers, R"({"operations":[]})");
    if (x.request.path == "/api/_txn" && other.status != 422)
      fail() << "a key for two requests: " << other.body;
  }

  void change_the_weather() {
    come_back();
    const auto who = 1 + by_.below(3);
    const auto what = by_.below(4);
    constexpr const char* words[] = {"crashes", "stops", "is to lead", "goes away"};
    said_.push_back("node " + std::to_string(who) + ' ' + words[what]);
    switch (what) {
      case 0:
        nodes_.crash(who);
        return nodes_.start(who);
      case 1:
        nodes_.stop(who);
        return nodes_.start(who);
      case 2: {
        const auto to = R"({"to":)" + std::to_string(who) + '}';
        nodes_.ask(any_node(), "POST", "/cluster/transfer", {}, to);
        return;
      }
      default:
        away_last_ = nodes_.status_number(who, "last_index");
        by_.percent(50) ? nodes_.crash(who) : nodes_.stop(who);
        away_ = who;
    }
  }

  // Who was away finds that the log it needs is gone, and is given a snapshot.
  void come_back() {
    if (away_ == 0) return;
    for (std::uint64_t id = 1; id <= 3; ++id)
      while (id != away_ && index_ > away_last_ + 10 &&
             nodes_.status_number(id, "first_index") <= away_last_ + 1)
        nodes_.ask(id, "POST", "/_admin/snapshot");
    nodes_.start(away_);
    check_node(std::exchange(away_, 0));
  }

  // All that a node says of all items, at once or by a linearizable read.
  void check_node(std::uint64_t id) {
    const auto level =
        by_.percent(50) ? "X-Consistency: linearizable\r\n"
                        : "X-Consistency: local\r\nX-Min-Index: " + std::to_string(index_) + "\r\n";
    for (const std::string collection : {"accounts", "owners"}) {
      const auto page = read(id, "/api/" + collection, level, 200);
      std::map<std::string, item> is, should;
      for (const auto& each : page.at("data").as_array())
        is[std::string(each.at("id").as_string())] = item_of(each);
      for (const auto& [key, each] : expected_.items(collection)) {
        should[key] = expected_.shown(collection, key, id);
        const auto path = "/api/" + collection + '/' + key;
        const auto tag = nodes_.ask(id, "GET", path, level).header("etag");
        const auto version = std::to_string(each.version);
        const bool varies = collection == "accounts" && should[key].contains("memo");
        if (version_in(tag) != version || varies == (tag == '"' + version + '"'))
          fail() << path << " has the ETag " << tag;
      }
      if (is != should) {
        auto out = fail();
        out << "node " << id << " has";
        for (const auto& [key, each] : is) out << "\n  " << each;
        out << "\nand should have";
        for (const auto& [key, each] : should) out << "\n  " << each;
      }
    }
    check_filters(id, level);
    for (const auto* key : {"o1", "o2", "o3", "o4"}) check_history(id, key, level);
  }

  void check_filters(std::uint64_t id, const std::string& level) {
    const std::tuple<const char*, const char*, const char*> filters[] = {
        {"accounts", "email", "e1"}, {"accounts", "owner", "o2"}, {"accounts", "backup", "o1"},
        {"accounts", "count", "4"},  {"owners", "level", "2"},    {"owners", "name", "n3"},
    };
    for (const auto& [collection, field, value] : filters) {
      std::size_t should = 0;
      for (const auto& [key, each] : expected_.items(collection)) {
        const auto at = each.fields.find(field);
        const std::string text = at == each.fields.end() ? "" : at->second;
        if (text == value || text == '"' + std::string(value) + '"') ++should;
      }
      const auto path = std::string("/api/") + collection + "/count?" + field + '=' + value;
      const auto is = boost::json::serialize(read(id, path, level, 200).at("count"));
      if (is != std::to_string(should))
        fail() << path << " is " << is << ", and should be " << should;
    }
  }

  void check_history(std::uint64_t id, const std::string& key, const std::string& level) {
    const auto& should = expected_.history(key);
    const auto path = "/api/owners/" + key + "/history?take=1000&verify=true&after=";
    if (should.empty()) return void(read(id, path + '0', level, 404));
    std::vector<std::pair<std::string, item>> is;
    for (bool more = true; more;) {
      const auto page = read(id, path + std::to_string(is.size()), level, 200);
      if (!page.at("verified").as_bool()) fail() << "the history of " << key << " is broken";
      for (const auto& each : page.at("events").as_array()) {
        is.emplace_back(each.at("type").as_string(), item_of(each.at("changes")));
        if (each.at("version") != is.size())
          fail() << "the history of " << key << " lacks version " << is.size();
      }
      more = page.at("has_more").as_bool();
    }
    if (is == should) return;
    auto out = fail();
    out << "the history of " << key << " at node " << id << " is";
    for (const auto& [type, changes] : is) out << "\n  " << type << ' ' << changes;
    out << "\nand should be";
    for (const auto& [type, changes] : should) out << "\n  " << type << ' ' << changes;
  }

  // All changes of a collection, told from the beginning by each node, come to what is there.
  void check_streams() {
    for (const std::string collection : {"accounts", "owners"}) {
      command last;
      last.operations.push_back({"create", collection, "last", {}});
      if (collection == "owners") last.operations[0].body["must"] = "true";
      const auto request = request_of(last);
      const auto answer = nodes_.ask(1, request.method, request.path, {}, request.body);
      if (answer.status != 201) fail() << "the last item: " << answer.status << ' ' << answer.body;
      expected_.decide(last, std::stoull(answer.header("x-raft-index")), 1);
      std::map<std::string, item> should;
      for (const auto& [key, each] : expected_.items(collection)) {
        should[key] = expected_.shown(collection, key, 1);
        should[key].erase("memo");  // the node's own
      }
      for (std::uint64_t id = 1; id <= 3; ++id)
        if (folded_stream(id, collection) != should)
          fail() << "the stream of " << collection << " of node " << id;
    }
  }

  std::map<std::string, item> folded_stream(std::uint64_t id, const std::string& collection) {
    http::test::client follower{nodes_.port(id)};
    follower.send(http::test::request_text("GET", "/api/" + collection + "/stream?after=0"));
    auto all = follower.read_until("\"id\":\"last\"");
    all += follower.read_until("\n\n");
    std::istringstream text{all};
    std::map<std::string, item> made;
    std::string event;
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with("event: ")) event = line.substr(7);
      if (!line.starts_with("data: ")) continue;
      auto told = item_of(boost::json::parse(line.substr(6)));
      const auto key = told.at("id").substr(1, told.at("id").size() - 2);
      if (event == "delete")
        made.erase(key);
      else
        made[key] = std::move(told);
    }
    return made;
  }

  boost::json::value read(std::uint64_t id, const std::string& path, const std::string& headers,
                          int status) {
    const auto answer = nodes_.ask(id, "GET", path, headers);
    if (answer.status != status)
      fail() << "GET " << path << " of node " << id << ": " << answer.status << ' ' << answer.body;
    return boost::json::parse(answer.body);
  }

  /// Ends the test with what is said to it, and with what led there.
  class failure {
   public:
    explicit failure(const std::deque<std::string>& said) : said_(said) {}
    failure(const failure&) = delete;
    ~failure() noexcept(false) {
      std::string led;
      for (const auto& each : said_) led += "\n  " + each;
      BOOST_FAIL(text_.str() << "\nbehind" << led);
    }
    template <class T>
    failure& operator<<(const T& x) {
      text_ << x;
      return *this;
    }

   private:
    const std::deque<std::string>& said_;
    std::ostringstream text_;
  };
  failure fail() { return failure(said_); }

  chance by_;
  served_nodes nodes_{*models::parse_model_text(test::reference::model_text(), "reference.toml"), 3,
                      tune};
  test::reference expected_;
  std::uint64_t index_ = 0;
  std::uint64_t key_ = 0;
  std::vector<earlier> keys_;
  std::uint64_t away_ = 0;  // a node that is down
  std::uint64_t away_last_ = 0;
  std::deque<std::string> said_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(contract_reference)

// The long form: test_contract --run_test=contract_reference -- --commands 100000 --seed 7
BOOST_AUTO_TEST_CASE(
    random_commands_through_any_node_give_the_answers_and_the_states_of_the_reference) {
  const auto seed = argument("--seed", 1);
  BOOST_TEST_MESSAGE("seed " << seed);
  trial(seed).run(argument("--commands", 1000));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace random_test
