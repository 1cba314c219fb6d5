#include "apps/lithair/first_token.hpp"

#include <chrono>
#include <utility>

#include "apps/lithair/node_certifier.hpp"

namespace lithair::apps {
namespace {

// Between two attempts: a cluster of one leads within a second.
constexpr std::chrono::milliseconds until_again{250};

}  // namespace

first_token::first_token(std::shared_ptr<node_certifier> by)
    : by_(std::move(by)), thread_([this] { run(); }) {}

first_token::~first_token() {
  {
    const std::lock_guard guard{mutex_};
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// An answer that comes later than this lives would find nothing here any more: so each is waited
// for, and the node answers them all before it has stopped.
void first_token::run() {
  std::unique_lock lock{mutex_};
  while (!stop_) {
    answered_ = false;
    lock.unlock();
    int status = 0;
    by_->enter_first([this, &status](const http::certificate_office::verdict& said) {
      const std::lock_guard guard{mutex_};
      status = said.status;
      answered_ = true;
      changed_.notify_all();
    });
    lock.lock();
    changed_.wait(lock, [this] { return answered_; });
    if (status == 200) return;
    changed_.wait_for(lock, until_again, [this] { return stop_; });
  }
}

}  // namespace lithair::apps
