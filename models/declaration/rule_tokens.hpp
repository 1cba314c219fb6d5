#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The pieces that access rules are written in.
namespace lithair::models {

/// Why a text is no rule.
struct rule_error {
  std::size_t at = 0;   ///< of the text's bytes
  std::string message;  ///< one sentence
};

/// A piece of the text.
struct rule_token {
  enum class kind : std::uint8_t { word, text, number, mark, end };
  kind what = kind::end;
  std::string text;    ///< of a text without its quotes
  std::size_t at = 0;  ///< where it begins
};

/// What stops the reading; `read_rule` catches it.
struct wrong_rule {
  rule_error why;
};
[[noreturn]] void refuse_rule(std::size_t at, std::string message);

/// Whether it may be a character of a word: of a field, a role, `@user.team`.
bool continues_word(char c);

/// Takes a text apart, one piece ahead. Throws wrong_rule.
class rule_tokens {
 public:
  explicit rule_tokens(std::string_view text) : text_(text) { advance(); }

  const rule_token& now() const { return now_; }  ///< the next piece, which stays
  rule_token take();
  bool is(rule_token::kind what, std::string_view text) const;
  bool takes(rule_token::kind what, std::string_view text);  ///< it, if it is next

 private:
  void advance();
  void read_while(rule_token::kind what, bool (*continues)(char));
  void read_text();
  void read_mark();

  std::string_view text_;
  std::size_t at_ = 0;
  rule_token now_;
};

}  // namespace lithair::models
