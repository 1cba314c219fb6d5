#include "http/exposition_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace lithair::http::exposition {
namespace {

// Of which every whole number is one that a double can be.
constexpr double largest_whole = 9'007'199'254'740'992;
constexpr int places_of_bounds = 9;

template <class... How>
void add_digits(std::string& page, double value, How... how) {
  std::array<char, 400> text{};  // the largest double without an exponent has 309 digits
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, how...).ptr;
  page.append(text.data(), end);
}

/// What no decimal is; whether it was that.
bool add_special(std::string& page, double value) {
  if (std::isfinite(value)) return false;
  page += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  return true;
}

void add_value(std::string& page, double value) {
  if (add_special(page, value)) return;
  if (std::trunc(value) == value && std::abs(value) <= largest_whole)
    add_digits(page, value, std::chars_format::fixed, 0);
  else
    add_digits(page, value);
}

std::string bound_text(double bound) {
  std::string made;
  if (add_special(made, bound)) return made;
  // What was computed may be off by its last bit, and the next page must say the same.
  add_digits(made, bound, std::chars_format::fixed, places_of_bounds);
  made.erase(made.find_last_not_of('0') + 1);
  if (made.ends_with('.')) made.pop_back();
  return made;
}

/// `quotes`: within them, where they are escaped, too.
void add_escaped(std::string& page, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      page += "\\n";
      continue;
    }
    if (c == '\\' || (quotes && c == '"')) page += '\\';
    page += c;
  }
}

class page_writer {
 public:
  void add(const MetricFamily& family) {
    name_ = family.name;
    page += "# HELP " + name_ + ' ';
    add_escaped(page, family.help, false);
    page += "\n# TYPE " + name_ + ' ' + word_of(family.type) + '\n';
    for (const auto& each : family.metric) {
      if (family.type == MetricType::Histogram)
        add_histogram(each);
      else
        add_sample("", each,
                   family.type == MetricType::Counter ? each.counter.value : each.gauge.value);
    }
  }

  std::string page;

 private:
  static const char* word_of(MetricType type) {
    return type == MetricType::Counter     ? "counter"
           : type == MetricType::Histogram ? "histogram"
                                           : "gauge";
  }

  void add_histogram(const ClientMetric& of) {
    for (const auto& each : of.histogram.bucket)
      add_sample("_bucket", of, number(each.cumulative_count), bound_text(each.upper_bound));
    add_sample("_sum", of, of.histogram.sample_sum);
    add_sample("_count", of, number(of.histogram.sample_count));
  }

  /// `bound`: of a bucket; empty: it is none.
  void add_sample(const char* part, const ClientMetric& of, double value,
                  const std::string& bound = {}) {
    page += name_;
    page += part;
    char before = '{';
    const auto add_label = [&](const std::string& name, const std::string& text) {
      page += before + name + "=\"";
      add_escaped(page, text, true);
      page += '"';
      before = ',';
    };
    for (const auto& each : of.label) add_label(each.name, each.value);
    if (!bound.empty()) add_label("le", bound);
    if (before == ',') page += '}';
    page += ' ';
    add_value(page, value);
    page += '\n';
  }

  std::string name_;
};

}  // namespace

std::string text_of(const families& all) {
  page_writer to;
  for (const auto& each : all)
    if (!each.metric.empty()) to.add(each);
  return std::move(to.page);
}

}  // namespace lithair::http::exposition
