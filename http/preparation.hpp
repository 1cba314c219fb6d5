#pragma once

#include <uv.h>

#include <exception>
#include <optional>

#include "http/exchange.hpp"

namespace lithair::http {

/// `begin` for a request whose body is so large that reading it would hold up the loop: libuv's
/// threads do it. On the loop's thread; it must live until it is done, and so must all that the
/// request's views lie in.
class preparation {
 public:
  /// Bodies beyond this are worth the way to another thread.
  static constexpr std::size_t from_bytes = 64 << 10;

  /// `at.new_uuid` is not used: ids are made where the work is done.
  preparation(const request& r, const site& what, models::stamp at)
      : request_(r), site_(what), at_(std::move(at)) {}
  preparation(const preparation&) = delete;
  preparation& operator=(const preparation&) = delete;

  /// `done` is called once, later, on the loop. False: there is no thread to do it.
  [[nodiscard]] bool start(uv_loop_t* loop, void (*done)(void* owner), void* owner);
  /// What the request leads to; throws what `begin` threw. Once, when it is done.
  exchange take();

 private:
  void run();

  request request_;
  site site_;
  models::stamp at_;
  std::optional<exchange> made_;
  std::exception_ptr failed_;
  uv_work_t work_{};
  void (*done_)(void*) = nullptr;
  void* owner_ = nullptr;
};

}  // namespace lithair::http
