#include "http/ecma_pattern.hpp"

#include <algorithm>
#include <cctype>

namespace lithair::http {

namespace {

constexpr std::string_view re2_blanks = "\\t\\n\\f\\r ";

/// Goes through an expression that RE2 has taken, and writes it down again.
class translator {
 public:
  explicit translator(std::string_view from) : from_(from) {}

  std::optional<std::string> run() {
    while (good_ && at_ < from_.size()) {
      in_class_ ? in_class() : outside();
    }
    return good_ && !in_class_ ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  bool next_is(std::string_view text) const { return from_.substr(at_).starts_with(text); }
  void fail() { good_ = false; }
  void copy(std::size_t n) {
    out_ += from_.substr(at_, n);
    at_ += n;
  }
  void replace(std::size_t n, std::string_view by) {
    out_ += by;
    at_ += n;
  }

  void outside() {
    switch (from_[at_]) {
      case '\\':
        return escape();
      case '.':
        return replace(1, "[^\\n]");  // Of RE2 all but a line feed; of ECMA more lines end.
      case '(':
        // Flags and names are written otherwise, or not at all.
        return next_is("(?") && !next_is("(?:") ? fail() : copy(next_is("(?:") ? 3 : 1);
      case '[':
        return open_class();
      case '{':
        return repetition();
      case '}':
      case ']':
        return fail();  // Literal in RE2, an error in ECMA.
      default:
        return copy(1);
    }
  }

  // "{2}", "{2,}" or "{2,3}"; anything else is literal in RE2.
  void repetition() {
    const auto end = from_.find('}', at_);
    const auto inner = from_.substr(at_ + 1, end == std::string_view::npos ? 0 : end - at_ - 1);
    const auto comma = std::min(inner.find(','), inner.size());
    constexpr auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool numbers =
        comma > 0 && std::ranges::all_of(inner.substr(0, comma), digit) &&
        std::ranges::all_of(inner.substr(std::min(comma + 1, inner.size())), digit);
    numbers ? copy(inner.size() + 2) : fail();
  }

  void open_class() {
    const std::size_t mark = next_is("[^") ? 2 : 1;
    copy(mark);
    in_class_ = true;
    if (next_is("]")) fail();  // Literal in RE2; in ECMA the class would be empty.
  }

  void in_class() {
    if (next_is("[:")) return fail();
    if (next_is("\\")) return escape();
    if (next_is("]")) in_class_ = false;
    copy(1);
  }

  void escape() {
    const char what = at_ + 1 < from_.size() ? from_[at_ + 1] : '\0';
    const auto among = [what](std::string_view all) {
      return what != '\0' && all.find(what) != std::string_view::npos;
    };
    if (what == 's') {
      replace(2, in_class_ ? std::string(re2_blanks) : '[' + std::string(re2_blanks) + ']');
    } else if (what == 'S' && !in_class_) {
      replace(2, "[^" + std::string(re2_blanks) + ']');
    } else if (among("dDwW")) {
      copy(2);
    } else if (among("ntrfv") || among("^$\\.*+?()[]{}|/") || (what == '-' && in_class_) ||
               (among("bB") && !in_class_)) {
      return copy(2);
    } else if (what > ' ' && what < 0x7f && std::isalnum(static_cast<unsigned char>(what)) == 0) {
      // RE2 lets any punctuation be escaped.
      return replace(2, std::string_view(&from_[at_ + 1], 1));
    } else {
      return fail();
    }
    // Behind a set of characters a dash is literal in RE2, an error in ECMA.
    if (in_class_ && next_is("-") && !next_is("-]")) fail();
  }

  std::string_view from_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  bool good_ = true;
  std::string out_;
};

}  // namespace

std::optional<std::string> ecma_pattern(std::string_view re2) { return translator(re2).run(); }

}  // namespace lithair::http
