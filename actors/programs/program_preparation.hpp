#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "actors/programs/program_codec.hpp"
#include "models/problem/problem.hpp"
#include "models/schema/schema.hpp"

namespace lithair::actors {

class loop;

/// A write that a program asked for on its way to a command: `models::prepare` with the node's
/// models, clock and ids.
class program_preparation {
 public:
  /// Called once, on the loop's thread.
  using receiver = std::function<void(models::result<std::string>)>;

  /// `call`: one of those that write.
  program_preparation(std::shared_ptr<const models::schema> by, program_call call,
                      const models::command_limits& most);

  /// Bytes of the body.
  std::size_t size() const;
  /// The command, or why there is none. Any thread.
  models::result<std::string> make() const;
  /// `make` by libuv's threads, for bodies that would hold up the loop. On the loop's thread.
  static void start(loop& on, std::unique_ptr<program_preparation> what, receiver done);

  /// 404: the node serves no collection of that name.
  static models::problem no_collection(std::string_view name);

 private:
  models::result<std::string> make(const item_write& what, const models::stamp& at) const;

  const std::shared_ptr<const models::schema> models_;
  const program_call call_;
  const models::command_limits most_;
  uv_work_t work_{};
  receiver done_;
  std::unique_ptr<models::result<std::string>> made_;
};

}  // namespace lithair::actors
