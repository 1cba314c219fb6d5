#pragma once

#include <stdexcept>
#include <string>

namespace lithair::test {

/// The shell commands of a document that are marked to be run: the fenced blocks behind
/// `<!-- run -->`, one after the other.
class document_commands {
 public:
  /// `document`: its text.
  explicit document_commands(const std::string& document) {
    const std::string mark = "<!-- run -->\n```sh\n";
    for (auto at = document.find(mark); at != std::string::npos; at = document.find(mark, at + 1)) {
      const auto begin = at + mark.size();
      text_ += document.substr(begin, document.find("```", begin) - begin);
    }
  }
  /// Everywhere; throws where the document does not have it any more.
  void replace(const std::string& what, const std::string& with) {
    auto at = text_.find(what);
    if (at == std::string::npos) throw std::runtime_error("no command has " + what);
    for (; at != std::string::npos; at = text_.find(what, at + with.size()))
      text_.replace(at, what.size(), with);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace lithair::test
