#include "bench/svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace lithair::bench {
namespace {

constexpr double width = 640;
constexpr double height = 360;
constexpr double left = 70;
constexpr double right = 20;
constexpr double top = 40;
constexpr double bottom = 50;

constexpr std::array colours{"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#7f7f7f"};

template <class... Values>
std::string print(const char* format, Values... values) {
  char text[400];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

/// Of one direction: from values to places.
struct axis {
  double from = 0;
  double to = 1;
  bool logarithmic = false;
  double first = 0;  ///< the place of `from`
  double last = 0;   ///< that of `to`

  double place(double value) const {
    const double share = logarithmic
                             ? (std::log10(value) - std::log10(from)) / (std::log10(to / from))
                             : (value - from) / (to - from);
    return first + share * (last - first);
  }
};

/// Steps of 1, 2 or 5 times a power of ten, five or so; or powers of ten.
std::vector<double> ticks(const axis& of) {
  std::vector<double> made;
  if (of.logarithmic) {
    for (double at = std::pow(10, std::ceil(std::log10(of.from) - 1e-9)); at <= of.to * 1.001;
         at *= 10)
      made.push_back(at);
    return made;
  }
  const double rough = (of.to - of.from) / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : 5);
  for (double at = of.from; at <= of.to * 1.001; at += step) made.push_back(at);
  return made;
}

/// Each x of the curves has its mark when there are few, as of connections.
std::vector<double> marks(const chart& of) {
  std::vector<double> made;
  for (const auto& each : of.curves)
    for (const auto& [x, y] : each.points)
      if (std::ranges::find(made, x) == made.end()) made.push_back(x);
  return made;
}

std::string escaped(const std::string& text) {
  std::string made;
  for (const char c : text)
    made += c == '<' ? std::string("&lt;") : c == '&' ? std::string("&amp;") : std::string(1, c);
  return made;
}

std::string label(double x, double y, const char* more, const std::string& text) {
  return print("<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, more) + escaped(text) + "</text>\n";
}

std::string grid(const chart& of, const axis& x, const axis& y) {
  std::string made;
  for (const double at : marks(of)) {
    made += print("<path d=\"M%.1f %.1fV%.1f\" class=\"g\"/>\n", x.place(at), y.first, y.last);
    made += label(x.place(at), y.first + 16, "text-anchor=\"middle\"", short_number(at));
  }
  for (const double at : ticks(y)) {
    made += print("<path d=\"M%.1f %.1fH%.1f\" class=\"g\"/>\n", x.first, y.place(at), x.last);
    made += label(x.first - 6, y.place(at) + 4, "text-anchor=\"end\"", short_number(at));
  }
  return made;
}

std::string drawn(const chart::curve& of, std::size_t number, const axis& x, const axis& y) {
  const auto* const colour = colours[number % colours.size()];
  std::string line;
  std::string dots;
  for (const auto& [at, value] : of.points) {
    line += print("%c%.1f %.1f", line.empty() ? 'M' : 'L', x.place(at), y.place(value));
    dots += print("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", x.place(at),
                  y.place(value), colour);
  }
  const double legend = top + 8 + 16 * static_cast<double>(number);
  return print("<path d=\"%s", "") + line +
         print("\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", colour) + dots +
         print("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", left + 12, legend,
               colour) +
         label(left + 22, legend + 4, "", of.name);
}

}  // namespace

std::string short_number(double value) {
  const auto size = std::abs(value);
  if (size >= 1e6) return print("%.3g M", value / 1e6);
  if (size >= 1e4) return print("%.3g k", value / 1e3);
  return size >= 100 ? print("%.0f", value) : print("%.3g", value);
}

std::string to_svg(const chart& of) {
  axis x{1e300, 0, true, left, width - right};
  axis y{1e300, 0, of.logarithmic, height - bottom, top};
  for (const auto& each : of.curves)
    for (const auto& [at, value] : each.points) {
      x.from = std::min(x.from, at);
      x.to = std::max(x.to, at);
      y.from = std::min(y.from, value);
      y.to = std::max(y.to, value);
    }
  if (!(x.to > x.from)) x.to = x.from * 10;
  if (of.logarithmic) {
    y.from = std::pow(10, std::floor(std::log10(y.from)));
    y.to = std::pow(10, std::ceil(std::log10(y.to * 1.001)));
  } else {
    // Room for the legend above the curves.
    y.from = 0;
    y.to *= 1.1 + 0.06 * static_cast<double>(of.curves.size());
  }
  std::string made = print(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<style>.g{stroke:#ddd;fill:none}</style>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
      width, height);
  made += label(width / 2, 22, "text-anchor=\"middle\" font-size=\"15\"", of.title);
  made += grid(of, x, y);
  made += label((left + width - right) / 2, height - 12, "text-anchor=\"middle\"", of.x);
  made += label(-height / 2, 16, "text-anchor=\"middle\" transform=\"rotate(-90)\"", of.y);
  for (std::size_t i = 0; i < of.curves.size(); ++i) made += drawn(of.curves[i], i, x, y);
  return made + "</svg>\n";
}

}  // namespace lithair::bench
