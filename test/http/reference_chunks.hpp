#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace lithair::http::test {

/// What a chunked body is, read a second way: by whole lines and the grammar of RFC 9112 §7.1 as
/// regular expressions. For texts of some hundred bytes; it knows no limits.
struct chunked_reference {
  enum class verdict { whole, malformed, unfinished };
  verdict is = verdict::unfinished;
  std::string body;          ///< when whole
  std::size_t consumed = 0;  ///< when whole: bytes up to the body's end

  explicit chunked_reference(std::string_view text) : text_(text) { read(); }

 private:
  void read() {
    while (const auto line = next_line(size_line())) {
      const auto size = std::stoull(line->substr(0, line->find_first_of("; \t")), nullptr, 16);
      if (size == 0) return read_trailers();
      if (size > text_.size() - at_) return;
      body += text_.substr(at_, size);
      at_ += size;
      if (!next_line(std::regex(""))) return;
    }
  }

  void read_trailers() {
    static const std::regex trailer("|[!#-'*+.^_`|~0-9A-Za-z-]+:[\\s\\S]*");
    while (const auto line = next_line(trailer)) {
      if (!line->empty()) continue;
      is = verdict::whole;
      consumed = at_;
      return;
    }
  }

  static const std::regex& size_line() {
    static const std::string token = "[!#-'*+.^_`|~0-9A-Za-z-]+";
    static const std::string quoted = R"("([^"\\]|\\[\s\S])*")";
    static const std::regex made("[0-9A-Fa-f]{1,16}([ \t]*;[ \t]*" + token + "([ \t]*=[ \t]*(" +
                                 token + "|" + quoted + "))?)*");
    return made;
  }

  /// The next line, if it is one of these. Sets the verdict where it is not.
  std::optional<std::string> next_line(const std::regex& form) {
    const auto rest = text_.substr(at_);
    const auto end = rest.find_first_of(controls);
    if (end == std::string_view::npos || rest.substr(end) == "\r") return std::nullopt;
    std::string line(rest.substr(0, end));
    // Bytes beyond ASCII are text; "\x01" stands for them, which no line holds.
    for (auto& each : line)
      if (static_cast<unsigned char>(each) >= 0x80) each = '\x01';
    is = verdict::malformed;
    if (!rest.substr(end).starts_with("\r\n") || !std::regex_match(line, form)) return std::nullopt;
    is = verdict::unfinished;
    at_ += end + 2;
    return line;
  }

  /// All but the tab.
  static constexpr std::string_view controls{
      "\0\1\2\3\4\5\6\7\10\n\13\14\r\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37\177",
      32};

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace lithair::http::test
