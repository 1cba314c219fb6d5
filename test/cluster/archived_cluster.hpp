#pragma once

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "persistence/backup_files.hpp"
#include "test/cluster/lone_node.hpp"

/// A cluster that keeps backups, and work for it.
namespace lithair::test::archived {

using namespace lithair::test::lone;
using persistence::backup_file;
using persistence::backup_kind;

/// Authors, their books, which go with them, and notes about books, which stay without.
inline constexpr auto library_models = R"toml(
[models.authors.fields]
id   = { type = "integer", primary_key = true, replicate = true, track_history = true }
name = { type = "string", replicate = true, track_history = true, unique = true }
born = { type = "timestamp", optional = true, replicate = true, track_history = true }

[models.books.fields]
id     = { type = "integer", primary_key = true, replicate = true, track_history = true }
author.type = "integer"
author.replicate = true
author.track_history = true
author.references = "authors"
author.on_delete = "cascade"
title  = { type = "string", replicate = true, track_history = true, indexed = true }
price  = { type = "money", replicate = true, track_history = true, default = "1.00" }
sold   = { type = "integer", replicate = true, track_history = true, default = 0, merge = "add" }

[models.notes.fields]
id   = { type = "integer", primary_key = true, replicate = true, track_history = true }
book.type = "integer"
book.optional = true
book.replicate = true
book.track_history = true
book.references = "books"
book.on_delete = "set_null"
text = { type = "string", replicate = true, track_history = true }

[projections.sales]
from     = "books"
group_by = "author"
measures = { books = "count", sold = "sum(sold)" }
)toml";

inline const std::vector<std::string> collections{"authors", "books", "notes"};

inline std::uint64_t number(const std::string& text) {
  std::uint64_t result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

inline std::string path_of(const std::string& collection, int id) {
  return "/api/" + collection + "/" + std::to_string(id);
}

/// Requests of every kind, one after the other, and what was acknowledged.
class traffic {
 public:
  explicit traffic(unsigned seed) : chance_(seed) {}

  void work(http_client& through, int requests) {
    for (; requests > 0; --requests) {
      const auto answer = one(through);
      if (answer.status >= 200 && answer.status < 300)
        last_ = std::max(last_, number(answer.field("x-raft-index")));
    }
  }
  /// Of the last that was acknowledged.
  std::uint64_t last() const { return last_; }
  /// All keys that any item may have had.
  int keys() const { return next_; }

 private:
  int some(int most) { return static_cast<int>(chance_() % static_cast<unsigned>(most)); }
  int some_key() { return some(std::max(next_, 1)); }
  std::string author(int id) {
    return R"({"id":)" + std::to_string(id) + R"(,"name":"author )" + std::to_string(some(40)) +
           "\"}";
  }
  std::string book(int id) {
    return R"({"id":)" + std::to_string(id) + R"(,"author":)" + std::to_string(some_key()) +
           R"(,"title":"t)" + std::to_string(some(1000)) + "\"}";
  }
  std::string note(int id) {
    return R"({"id":)" + std::to_string(id) + R"(,"text":")" + std::string(some(300), 'n') + "\"}";
  }
  std::string item(int of, int id) { return of == 0 ? author(id) : of == 1 ? book(id) : note(id); }
  std::string change(int of) {
    if (of == 0) return R"({"born":"1970-01-0)" + std::to_string(1 + some(9)) + "T00:00:00Z\"}";
    if (of == 1) return R"({"sold":)" + std::to_string(some(9)) + R"(,"price":"2.50"})";
    return R"({"book":)" + std::to_string(some_key()) + "}";
  }

  answer one(http_client& through) {
    const auto of = some(3);
    const auto& name = collections[static_cast<std::size_t>(of)];
    switch (some(10)) {
      case 0:
      case 1:
      case 2:
        return through.post("/api/" + name, item(of, next_++));
      case 3: {
        std::string all;
        for (int left = 1 + some(20); left > 0; --left)
          all += (all.empty() ? "[" : ",") + (of == 0 ? note(next_++) : item(of, next_++));
        return through.post("/api/" + (of == 0 ? "notes" : name) + "/_bulk", all + "]");
      }
      case 4:
        return through.post("/api/_txn", transaction());
      case 5:
        return through.send("DELETE", path_of(name, some_key()));
      case 6: {
        const auto id = some_key();
        return through.send("PUT", path_of(name, id), item(of, id));
      }
      default:
        return through.send("PATCH", path_of(name, some_key()), change(of));
    }
  }
  std::string transaction() {
    const auto a = next_++;
    const auto b = next_++;
    return R"({"operations":[{"op":"create","collection":"notes","item":)" + note(a) +
           R"(},{"op":"create","collection":"notes","item":)" + note(b) +
           R"(},{"op":"patch","collection":"notes","id":)" + std::to_string(a) +
           R"(,"item":{"text":"both"}}]})";
  }

  std::mt19937 chance_;
  int next_ = 0;
  std::uint64_t last_ = 0;
};

/// A directory with the models, one for backups, and a cluster that keeps some.
class archived_cluster {
 public:
  explicit archived_cluster(std::size_t nodes, std::vector<std::string> more = {},
                            const std::string& every = "1s") {
    for (const auto* each : {"here", "backups"})
      std::filesystem::create_directory(place_.path() / each);
    std::ofstream(models()) << library_models;
    more.insert(more.end(), {"--backup-dir", directory().string(), "--backup-every", every,
                             "--backup-log-every", "100ms", "--backup-keep", "100"});
    cluster_options options;
    options.nodes = nodes;
    options.models = models();
    options.flags = std::move(more);
    made_ = std::make_unique<shop_cluster>(std::move(options));
  }

  shop_cluster& nodes() { return *made_; }
  std::string models() const { return (place_.path() / "library.toml").string(); }
  std::filesystem::path directory() const { return place_.path() / "backups"; }
  std::filesystem::path here() const { return place_.path() / "here"; }

  /// Until node `i` has archived as far as that, and a base of its own is there.
  void await_archived(std::size_t i, std::uint64_t index) {
    made_->await("the log is archived", [&] {
      const auto status = made_->client(i).get("/status").body;
      return number_at(status, "/backups/archived_index").value_or(0) >= index &&
             number_at(status, "/backups/base/index").value_or(0) > 0;
    });
  }
  std::vector<backup_file> files(backup_kind kind, std::uint64_t node = 0) const {
    std::vector<backup_file> found;
    for (const auto& each : persistence::backup_files(directory()))
      if (each.name.kind == kind && (node == 0 || each.name.node.value == node))
        found.push_back(each);
    return found;
  }
  run_result restore(const std::string& from, std::vector<std::string> more) {
    more.insert(more.begin(), {"--restore", from});
    more.insert(more.end(), {"--data-dir", "data-" + std::to_string(++restored_)});
    return run_in(here(), std::move(more));
  }
  run_result restore_until(const std::string& until) {
    return restore(directory().string(), {"--until", until});
  }
  std::string last_data() const { return "data-" + std::to_string(restored_); }
  run_result verify() const { return run_in(here(), {"verify", directory().string()}); }

 private:
  temporary_directory place_;
  std::unique_ptr<shop_cluster> made_;
  int restored_ = 0;
};

inline std::string digest_in(const run_result& restored) {
  const auto at = restored.said.find("digest ");
  return at == std::string::npos ? "none: " + restored.said : restored.said.substr(at, 23);
}

/// What there is of every item, by collection and key: its tag and its body, as of then.
using contents = std::map<std::pair<std::string, int>, std::string>;
inline contents all_items(http_client through, int keys, const std::string& as_of = "") {
  contents made;
  for (const auto& collection : collections)
    for (int id = 0; id < keys; ++id) {
      const auto item =
          through.get(path_of(collection, id) + (as_of.empty() ? "" : "?as_of=" + as_of));
      BOOST_REQUIRE_MESSAGE(item.status == 200 || item.status == 404, item.body);
      if (item.status == 200) made[{collection, id}] = item.body;
    }
  return made;
}

}  // namespace lithair::test::archived
