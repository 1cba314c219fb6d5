#include "http/preparation.hpp"

#include <string>
#include <utility>

#include "actors/runtime/background.hpp"
#include "actors/runtime/random_words.hpp"
#include "actors/runtime/unix_time.hpp"
#include "models/value/uuid.hpp"

namespace lithair::http {

bool preparation::start(uv_loop_t* loop, void (*done)(void*), void* owner) {
  done_ = done;
  owner_ = owner;
  work_.data = this;
  const auto work = [](uv_work_t* w) { static_cast<preparation*>(w->data)->run(); };
  const auto after = [](uv_work_t* w, int) {
    auto& self = *static_cast<preparation*>(w->data);
    self.done_(self.owner_);
  };
  return uv_queue_work(loop, &work_, work, after) == 0;
}

void preparation::run() {
  actors::work_in_background("preparation");
  actors::random_words words;
  at_.new_uuid = [&words] {
    const auto high = words();
    return std::string{models::make_uuid_v7(actors::unix_time_us(), high, words()).view()};
  };
  try {
    made_ = begin(request_, site_, at_);
  } catch (...) {
    failed_ = std::current_exception();
  }
  at_.new_uuid = nullptr;
}

exchange preparation::take() {
  if (failed_) std::rethrow_exception(failed_);
  return std::move(*made_);
}

}  // namespace lithair::http
