#include "apps/lithair/answer_reader.hpp"

#include "apps/lithair/time_limit.hpp"

namespace lithair::apps {

answer_reader::answer_reader(std::size_t most_of_body) : most_of_body_(most_of_body) {
  llhttp_settings_init(&how_);
  how_.on_headers_complete = [](llhttp_t* parser) {
    auto& x = *static_cast<answer_reader*>(parser->data);
    x.made_.status = parser->status_code;
    // Others come before the real one, without a body.
    x.in_body_ = parser->status_code >= 200;
    return 0;
  };
  how_.on_body = [](llhttp_t* parser, const char* at, std::size_t size) {
    auto& x = *static_cast<answer_reader*>(parser->data);
    x.too_large_ = size > x.most_of_body_ - x.made_.body.size();
    if (x.too_large_) return -1;
    x.made_.body.append(at, size);
    return 0;
  };
  how_.on_message_complete = [](llhttp_t* parser) {
    auto& x = *static_cast<answer_reader*>(parser->data);
    x.whole_ = x.in_body_;
    return x.whole_ ? static_cast<int>(HPE_PAUSED) : 0;
  };
  llhttp_init(&parser_, HTTP_RESPONSE, &how_);
  parser_.data = this;
}

bool answer_reader::feed(std::string_view bytes) {
  if (!in_body_) before_body_ += bytes.size();
  const auto error = llhttp_execute(&parser_, bytes.data(), bytes.size());
  if (!in_body_ && before_body_ > most_of_head) too_large_ = true;
  if (too_large_ || (error != HPE_OK && !whole_)) fail();
  return whole_;
}

void answer_reader::end() {
  if (!whole_) llhttp_finish(&parser_);
  if (whole_) return;
  throw no_answer(before_body_ == 0 ? "it closed the connection without an answer"
                                    : "it broke off its answer");
}

void answer_reader::fail() const {
  throw no_answer(too_large_ ? "its answer is too large" : "what it answers is no HTTP");
}

}  // namespace lithair::apps
