#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/lithair/access_book.hpp"
#include "apps/lithair/auth_file.hpp"
#include "apps/lithair/record_access.hpp"
#include "apps/lithair/worker.hpp"
#include "http/access.hpp"

namespace lithair::apps {

/// Keeps the table of access tokens as the cluster's book of them and this node's file say, and
/// changes the book. On a thread of its own, which is idle while nothing changes.
///
///     the book, as this node has it ──┐
///     the file of --auth ─────────────┴─▶ table ◀── each request of HTTP
///
/// A node that has seen tokens notes so in its directory: with its next start nobody may ask until
/// it knows them again. With `guarded` nobody may before there are any; where the cluster has no
/// book, the first node that finds so makes one with an admin's token, which it leaves in a file.
class access_keeper final : public http::access_office {
 public:
  struct setup {
    bool guarded = false;   ///< --protect
    bool joins = false;     ///< a cluster that it knows nothing of yet
    std::string auth_file;  ///< --auth; empty: none
    /// Whether there is a collection of this name, for the file
    std::function<bool(std::string_view)> serves;
    std::string mark;                   ///< the path at which it notes that there are tokens
    std::string first_token;            ///< the path at which the first admin's token is left
    std::function<std::int64_t()> now;  ///< seconds since 1970
  };

  /// Throws std::runtime_error: the file is not fit to be used; one line.
  explicit access_keeper(setup of);
  ~access_keeper() override;
  access_keeper(const access_keeper&) = delete;
  access_keeper& operator=(const access_keeper&) = delete;

  /// Where the book is; until then it is not known, and 503 to change it. Once.
  void use_book(record_access book);
  /// The node stops: the book can't be asked any more, and the table stays as it is.
  void close();
  /// The record may have changed. Any thread, but not before `use_book` nor after `close` begins.
  void wake();
  /// The file, again; what is wrong with it is told in the log, and leaves all as it is.
  void read_file_again();

  std::shared_ptr<const http::access_table> table() const override;
  void list(std::function<void(outcome)> done) override;
  void make(wish of, std::function<void(outcome)> done) override;
  void revoke(std::uint64_t number, std::function<void(outcome)> done) override;

 private:
  struct read_book {
    access_book book;
    std::uint64_t version = 0;
  };
  using change = std::function<outcome(access_book&)>;
  enum class level : std::uint8_t { of_cluster, here };

  std::optional<std::chrono::milliseconds> look();
  std::optional<std::chrono::milliseconds> until_next_end(std::int64_t now);
  std::optional<read_book> read(level of);
  /// Whether the cluster has been asked, and has a book where it must.
  bool ask_cluster();
  void propose_first(access_book book);
  void tell_of_first(const access_book& book);
  void take(access_book book);
  void build_table(std::int64_t now);
  void note_that_there_are_tokens();
  outcome carry_out(const change& what);
  void order(change what, std::function<void(outcome)> done);

  const setup setup_;
  mutable std::mutex mutex_;
  std::shared_ptr<const http::access_table> table_;  // guarded by mutex_, as the next
  worker::line jobs_;                                // none until there is a book
  std::mutex file_mutex_;
  std::vector<booked_access> of_file_;  // guarded by file_mutex_
  // Of the worker's thread alone, once there is one.
  access_book book_;
  bool is_known_ = false;    // the book, as of some moment
  bool is_marked_ = false;   // there is a note of it
  bool has_asked_ = false;   // the cluster, since the start
  bool is_strange_ = false;  // the book, of a later version
  std::string said_;         // of what is wrong, last
  std::string proposed_;     // digest of the first token, if it is this node's
  std::optional<record_access> record_;
  std::unique_ptr<worker> worker_;
};

}  // namespace lithair::apps
