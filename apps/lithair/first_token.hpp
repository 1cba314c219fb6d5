#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace lithair::apps {

class node_certifier;

/// Sees to it that the join token which a founder shows is in the cluster's book, as soon as the
/// cluster can write it: asks again and again on a thread of its own, which ends with it or when it
/// is done.
class first_token {
 public:
  /// `by` has its way to the book, which it must not lose while this lives.
  explicit first_token(std::shared_ptr<node_certifier> by);
  ~first_token();
  first_token(const first_token&) = delete;
  first_token& operator=(const first_token&) = delete;

 private:
  void run();

  const std::shared_ptr<node_certifier> by_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;      // guarded by mutex_, as the next
  bool answered_ = false;  // the last attempt
  std::thread thread_;
};

}  // namespace lithair::apps
