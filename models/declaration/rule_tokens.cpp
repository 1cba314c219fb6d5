#include "models/declaration/rule_tokens.hpp"

#include <array>
#include <utility>

namespace lithair::models {

namespace {

bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@';
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void refuse_rule(std::size_t at, std::string message) {
  throw wrong_rule{{at, std::move(message)}};
}

bool continues_word(char c) { return begins_word(c) || is_digit(c) || c == '.' || c == '-'; }

rule_token rule_tokens::take() {
  rule_token taken = std::move(now_);
  advance();
  return taken;
}

bool rule_tokens::is(rule_token::kind what, std::string_view text) const {
  return now_.what == what && now_.text == text;
}

bool rule_tokens::takes(rule_token::kind what, std::string_view text) {
  const bool found = is(what, text);
  if (found) {
    advance();
  }
  return found;
}

void rule_tokens::advance() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
    ++at_;
  }
  now_ = {rule_token::kind::end, {}, at_};
  if (at_ == text_.size()) {
    return;
  }
  const char c = text_[at_];
  if (c == '\'') {
    read_text();
  } else if (begins_word(c)) {
    read_while(rule_token::kind::word, continues_word);
  } else if (is_digit(c) || (c == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
    read_while(rule_token::kind::number, continues_word);
  } else {
    read_mark();
  }
}

void rule_tokens::read_while(rule_token::kind what, bool (*continues)(char)) {
  now_.what = what;
  do {
    now_.text += text_[at_++];
  } while (at_ < text_.size() && continues(text_[at_]));
}

void rule_tokens::read_text() {
  now_.what = rule_token::kind::text;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] != '\'') {
      now_.text += text_[at_];
    } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '\'') {
      now_.text += text_[at_++];
    } else {
      ++at_;
      return;
    }
  }
  refuse_rule(now_.at, "A text ends with a quote: 'like this'.");
}

void rule_tokens::read_mark() {
  constexpr std::array<std::string_view, 9> marks{"!=", "<=", ">=", "=", "<", ">", "(", ")", ","};
  for (const auto mark : marks) {
    if (text_.substr(at_).starts_with(mark)) {
      now_.what = rule_token::kind::mark;
      now_.text = mark;
      at_ += mark.size();
      return;
    }
  }
  refuse_rule(at_, "Nothing is known that begins so; texts are in single quotes: 'like this'.");
}

}  // namespace lithair::models
