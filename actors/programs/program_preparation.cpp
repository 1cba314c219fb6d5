#include "actors/programs/program_preparation.hpp"

#include <algorithm>
#include <utility>

#include "actors/runtime/background.hpp"
#include "actors/runtime/loop.hpp"
#include "actors/runtime/random_words.hpp"
#include "actors/runtime/unix_time.hpp"
#include "models/value/uuid.hpp"

namespace lithair::actors {

namespace {

constexpr std::size_t longest_key = 255;

models::stamp stamp_of_now(const models::command_limits& most,
                           const std::shared_ptr<const models::subject>& bound) {
  return {unix_time_us(),
          [] {
            thread_local random_words words;  // of each thread: ids are drawn without a lock
            const auto high = words();
            return std::string{models::make_uuid_v7(unix_time_us(), high, words()).view()};
          },
          most, bound ? bound->id : std::string{}, bound};
}

// As of the header of HTTP.
bool is_idempotency_key(std::string_view key) {
  constexpr auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  return key.size() <= longest_key && std::ranges::all_of(key, visible);
}

}  // namespace

program_preparation::program_preparation(std::shared_ptr<const models::schema> by,
                                         program_call call, const models::command_limits& most)
    : models_(std::move(by)), call_(std::move(call)), most_(most) {}

std::size_t program_preparation::size() const {
  if (const auto* one = std::get_if<item_write>(&call_)) return one->body.size();
  return std::get<items_write>(call_).body.size();
}

models::problem program_preparation::no_collection(std::string_view name) {
  return {404, "not_found", "This node serves no " + std::string{name.substr(0, 80)} + ".", {}};
}

models::result<std::string> program_preparation::make() const {
  const auto* one = std::get_if<item_write>(&call_);
  const auto at =
      stamp_of_now(most_, one != nullptr ? one->bound : std::get<items_write>(call_).bound);
  const auto& key =
      one != nullptr ? one->idempotency_key : std::get<items_write>(call_).idempotency_key;
  if (!is_idempotency_key(key))
    return tl::make_unexpected(
        models::problem{400,
                        "bad_idempotency_key",
                        "The idempotency key must have 1 to 255 visible characters.",
                        {}});
  if (one != nullptr) return make(*one, at);
  const auto& all = std::get<items_write>(call_);
  return models::prepare(*models_, models::transaction_request{all.body, key}, at);
}

models::result<std::string> program_preparation::make(const item_write& what,
                                                      const models::stamp& at) const {
  models::write_request request;
  request.op = what.op;
  request.target = models_->find(what.collection);
  if (request.target == nullptr) return tl::make_unexpected(no_collection(what.collection));
  request.key = what.key;
  request.body = what.body;
  request.conditions = what.conditions;
  request.idempotency_key = what.idempotency_key;
  return models::prepare(*models_, request, at);
}

void program_preparation::start(loop& on, std::unique_ptr<program_preparation> what,
                                receiver done) {
  auto* self = what.release();
  self->done_ = std::move(done);
  self->work_.data = self;
  const auto work = [](uv_work_t* w) {
    work_in_background("preparation");
    auto& me = *static_cast<program_preparation*>(w->data);
    me.made_ = std::make_unique<models::result<std::string>>(me.make());
  };
  const auto after = [](uv_work_t* w, int) {
    const std::unique_ptr<program_preparation> me{static_cast<program_preparation*>(w->data)};
    me->done_(std::move(*me->made_));
  };
  if (uv_queue_work(on.uv(), &self->work_, work, after) == 0) return;
  // There is no thread to do it.
  const std::unique_ptr<program_preparation> me{self};
  me->done_(me->make());
}

}  // namespace lithair::actors
