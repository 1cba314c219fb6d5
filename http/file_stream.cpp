#include "http/file_stream.hpp"

#include <algorithm>
#include <utility>

#include "persistence/files.hpp"

namespace lithair::http {

bool file_stream::ask(uv_loop_t* loop, void (*came)(void*), void* owner) {
  came_ = came;
  owner_ = owner;
  // The last piece is shorter.
  piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_size)));
  auto buffer = uv_buf_init(piece_.data(), static_cast<unsigned>(piece_.size()));
  request_.data = this;
  const auto on_read = [](uv_fs_t* request) {
    auto& self = *static_cast<file_stream*>(request->data);
    // An error reads as nothing: the caller closes, and the client misses bytes.
    const auto size = std::max<ssize_t>(request->result, 0);
    uv_fs_req_cleanup(request);
    self.piece_.resize(static_cast<std::size_t>(size));
    self.reading_ = false;
    self.came_(self.owner_);
  };
  reading_ = uv_fs_read(loop, &request_, from_->descriptor(), &buffer, 1, offset_, on_read) == 0;
  return reading_;
}

std::string file_stream::take() {
  left_ -= piece_.size();
  offset_ += static_cast<std::int64_t>(piece_.size());
  return std::exchange(piece_, {});
}

}  // namespace lithair::http
