#include "test/http/prometheus_text.hpp"

#include <cctype>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace lithair::http::test {

namespace {

[[noreturn]] void fail(std::string_view line, const char* why) {
  throw std::runtime_error(std::string{why} + ": " + std::string{line});
}

// [a-zA-Z_:][a-zA-Z0-9_:]*, taken from the front.
std::string_view take_name(std::string_view& line) {
  std::size_t n = 0;
  const auto fits = [&](char c) {
    return c == '_' || c == ':' || std::isalpha(static_cast<unsigned char>(c)) != 0 ||
           (n > 0 && std::isdigit(static_cast<unsigned char>(c)) != 0);
  };
  while (n < line.size() && fits(line[n])) ++n;
  const auto name = line.substr(0, n);
  line.remove_prefix(n);
  return name;
}

bool take(std::string_view& line, char c) {
  if (line.empty() || line.front() != c) return false;
  line.remove_prefix(1);
  return true;
}

std::string take_quoted(std::string_view& line, std::string_view whole) {
  std::string result;
  if (!take(line, '"')) fail(whole, "a label's value is not quoted");
  for (; !line.empty() && line.front() != '"'; line.remove_prefix(1)) {
    if (line.front() == '\\') line.remove_prefix(1);
    if (line.empty()) break;
    result += line.front();
  }
  if (!take(line, '"')) fail(whole, "a label's value does not end");
  return result;
}

using labels = std::vector<std::pair<std::string, std::string>>;

labels take_labels(std::string_view& line, std::string_view whole) {
  labels result;
  if (!take(line, '{')) return result;
  while (!take(line, '}')) {
    const std::string name{take_name(line)};
    if (name.empty() || !take(line, '=')) fail(whole, "a label is malformed");
    result.emplace_back(name, take_quoted(line, whole));
    if (!take(line, ',') && (line.empty() || line.front() != '}'))
      fail(whole, "labels are not separated");
  }
  return result;
}

double number(std::string_view text, std::string_view whole) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  double result = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (error != std::errc{} || at != text.data() + text.size())
    fail(whole, "the value is no number");
  return result;
}

std::string text_of(const labels& all, std::string_view without) {
  std::string result;
  for (const auto& [name, value] : all)
    if (name != without) result += name + '=' + value + ';';
  return result;
}

}  // namespace

prometheus_text::prometheus_text(std::string_view page) {
  if (page.empty() || page.back() != '\n') fail("", "the page does not end with a line feed");
  while (!page.empty()) {
    const auto line = page.substr(0, page.find('\n'));
    page.remove_prefix(line.size() + 1);
    if (line.starts_with("# "))
      read_description(line.substr(2));
    else if (!line.empty())
      read_sample(line);
  }
  finish_family();
}

std::string prometheus_text::type(const std::string& family) const {
  const auto at = types_.find(family);
  return at == types_.end() ? std::string{} : at->second;
}

double prometheus_text::at(const std::string& sample) const {
  const auto found = samples_.find(sample);
  if (found == samples_.end()) fail(sample, "there is no such sample");
  return found->second;
}

void prometheus_text::read_description(std::string_view line) {
  auto rest = line.substr(5);
  const std::string name{take_name(rest)};
  if (name.empty() || !take(rest, ' ') || rest.empty()) fail(line, "a description is malformed");
  if (line.starts_with("HELP ")) return;
  if (!line.starts_with("TYPE ")) fail(line, "neither HELP nor TYPE");
  finish_family();
  if (!types_.emplace(name, rest).second) fail(line, "a family is described twice");
  family_ = name;
}

void prometheus_text::read_sample(std::string_view line) {
  auto rest = line;
  const std::string name{take_name(rest)};
  const auto all = take_labels(rest, line);
  const auto shown = line.substr(0, line.size() - rest.size());
  if (!take(rest, ' ')) fail(line, "there is no value");
  const auto value = number(rest, line);
  if (!samples_.emplace(shown, value).second) fail(line, "a sample occurs twice");
  if (!name.starts_with(family_) || family_.empty()) fail(line, "a sample without its family");
  const auto part = name.substr(family_.size());
  const auto kind = types_.at(family_);
  if (kind != "histogram") {
    if (!part.empty()) fail(line, "a sample of another family");
    if (kind == "counter" && !(value >= 0)) fail(line, "a counter below 0");
    return;
  }
  const auto of = text_of(all, "le");
  if (part == "_bucket") {
    if (value < last_bucket_[of]) fail(line, "buckets do not rise");
    last_bucket_[of] = value;
    for (const auto& [label, bound] : all)
      if (label == "le" && bound == "+Inf") infinite_[of] = value;
  } else if (part == "_count") {
    counts_[of] = value;
  } else if (part != "_sum") {
    fail(line, "no part of a histogram");
  }
}

void prometheus_text::finish_family() {
  if (infinite_ != counts_) fail(family_, "a histogram's last bucket is not its count");
  last_bucket_.clear();
  infinite_.clear();
  counts_.clear();
}

}  // namespace lithair::http::test
