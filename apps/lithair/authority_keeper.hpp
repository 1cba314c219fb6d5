#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/lithair/authority_change.hpp"
#include "apps/lithair/authority_files.hpp"
#include "apps/lithair/record_access.hpp"
#include "apps/lithair/worker.hpp"
#include "http/certificate_office.hpp"

namespace lithair::apps {

class node_certifier;

/// Does a node's part when another authority takes the place of its cluster's: looks at the
/// cluster's record of it (authority_change.hpp) whenever that has changed, does the node's next
/// step, and says so there; carries out what operators order. On a thread of its own, which reads
/// and writes files and waits for the cluster.
///
/// What is on the disk comes before what is said: a node that was killed goes on where it stood.
class authority_keeper {
 public:
  using office = http::certificate_office;
  using on_answer = std::function<void(office::authorities)>;

  /// Whatever else it needs of the node. All of it may be called until the destructor has returned.
  struct surroundings {
    std::uint64_t self = 0;
    record_access record;  ///< `authority_change::record`
    /// The members as of now or later than what was read before; empty: unknown
    std::function<std::vector<std::uint64_t>()> members;
    /// A certificate of this node
    std::function<std::string(const actors::cluster_authority& by, const std::string& request)>
        certify;
    /// Has the node use what is in its files for new connections; why it does not, empty: it does
    std::function<std::string()> reload;
    std::function<std::int64_t()> now;  ///< seconds since 1970
    /// Between two looks while it is under way, for members may be removed
    std::chrono::milliseconds between_looks{1000};
  };

  authority_keeper(secure_files kept, std::shared_ptr<node_certifier> by, surroundings of);
  ~authority_keeper();
  authority_keeper(const authority_keeper&) = delete;
  authority_keeper& operator=(const authority_keeper&) = delete;

  /// Takes what is ordered, on any thread, and answers each; once this has ended, with 503.
  std::function<void(office::authority_order, on_answer)> orders();
  /// The record may have changed. Any thread.
  void wake() { worker_->wake(); }
  /// While the files stay as they are: for whoever else reads and writes them.
  void with_files(const std::function<void()>& what);

 private:
  struct seen {
    authority_change change;
    std::uint64_t version = 0;
    own_authorities own;
    std::vector<std::uint64_t> members;
  };
  enum class written : std::uint8_t { done, overtaken, failed };

  /// All steps that can be done now; when to look again.
  std::optional<std::chrono::milliseconds> go_on();
  void do_steps();
  bool is_as_it_was();
  /// As of now; none: it can't be told, or this ends.
  std::optional<seen> look();
  /// Whether there may be another step at once.
  bool perform(change_step step, seen& now);
  bool offer(seen& now, bool anew);
  bool make(seen& now);
  bool seal(seen& now);
  bool trust(seen& now);
  bool end(seen& now);
  written write(const seen& now);
  /// Whether to look again at once.
  bool writes(const seen& now) { return write(now) != written::failed; }
  /// Whether files and certifier are used as they are now.
  bool use_files(bool put_off);
  void tell(const seen& now);
  void say_once(const std::string& what, bool is_trouble);
  office::authorities attempt(office::authority_order what);
  office::authorities carry_out(office::authority_order what);
  office::authorities told(const seen& now) const;
  const std::shared_ptr<node_certifier> by_;
  const surroundings of_;
  std::mutex files_in_use_;
  const authority_files files_;  // guarded by files_in_use_
  // Of its thread alone.
  std::optional<std::uint64_t> settled_at_;  // the record's version at which there is nothing to do
  bool are_files_used_ = true;
  std::string said_;
  std::unique_ptr<worker> worker_;
};

}  // namespace lithair::apps
