#pragma once

#include <llhttp.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace lithair::apps {

/// What somebody answered, or that nobody did.
struct answer {
  long status = 0;   ///< 0: nobody answered
  std::string body;  ///< or why nobody did
};

/// Reads one answer of HTTP/1.1 as its bytes come (RFC 9112). One thread.
class answer_reader {
 public:
  /// Bytes of a head, and of heads that come before the real one (RFC 9110 §15.2).
  static constexpr std::size_t most_of_head = std::size_t{64} << 10;

  /// `most_of_body`: bytes.
  explicit answer_reader(std::size_t most_of_body);
  answer_reader(const answer_reader&) = delete;
  answer_reader& operator=(const answer_reader&) = delete;

  /// Takes what came; whether the answer is whole. Throws no_answer for what is no HTTP, or too
  /// large.
  bool feed(std::string_view bytes);
  /// Nothing more comes. Throws no_answer when something was to.
  void end();
  /// Once it is whole.
  answer take() { return std::move(made_); }

 private:
  [[noreturn]] void fail() const;

  llhttp_settings_t how_{};
  llhttp_t parser_{};
  std::size_t most_of_body_;
  std::size_t before_body_ = 0;  // bytes that came until the head was whole
  answer made_;
  bool in_body_ = false;
  bool whole_ = false;
  bool too_large_ = false;
};

}  // namespace lithair::apps
