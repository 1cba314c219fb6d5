#include "bench/table/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace lithair::bench {
namespace {

using kind = target::kind;

std::string number(double value) {
  char text[40];
  const auto size = std::abs(value);
  std::snprintf(text, sizeof text, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
  return text;
}

/// "12.1 [11.8–13.0]"; empty: nothing was measured.
std::string told(const std::vector<double>& values) {
  if (values.empty()) return "";
  auto made = number(median(values));
  if (values.size() == 1) return made;
  const auto [least, most] = std::ranges::minmax(values);
  return made + " [" + number(least) + "–" + number(most) + "]";
}

std::vector<double> values_of(const measured_row& row, const std::string& side,
                              const std::string& figure) {
  const auto found = row.sides.find(side);
  if (found == row.sides.end()) return {};
  const auto values = found->second.find(figure);
  return values == found->second.end() ? std::vector<double>{} : values->second;
}

/// A line with its numbers: each measurement divided by that of its turn.
struct judged {
  std::vector<double> ours;
  std::vector<double> beside;
  std::vector<double> ratios;
  std::optional<bool> met;  ///< none: nothing is demanded, or it can't be told
};

std::optional<bool> judge(const target& wanted, const judged& of) {
  const bool of_ratio = wanted.what == kind::ratio_at_least || wanted.what == kind::ratio_at_most;
  const auto& values = of_ratio ? of.ratios : of.ours;
  if (wanted.what == kind::none || values.empty()) return std::nullopt;
  const auto middle = median(values);
  const bool at_least = wanted.what == kind::at_least || wanted.what == kind::ratio_at_least;
  return at_least ? middle >= wanted.value : middle <= wanted.value;
}

judged judge(const measured_row& row, const line& of) {
  judged made;
  made.ours = values_of(row, of.of, of.figure);
  made.beside = values_of(row, of.beside, of.beside_figure);
  for (std::size_t i = 0; i < std::min(made.ours.size(), made.beside.size()); ++i)
    if (made.beside[i] > 0) made.ratios.push_back(made.ours[i] / made.beside[i]);
  made.met = judge(of.wanted, made);
  return made;
}

std::string demanded(const target& x) {
  switch (x.what) {
    case kind::none:
      return "";
    case kind::at_least:
      return "≥ " + number(x.value);
    case kind::at_most:
      return "≤ " + number(x.value);
    case kind::ratio_at_least:
      return "≥ " + number(x.value) + "×";
    case kind::ratio_at_most:
      return "≤ " + number(x.value) + "×";
  }
  return "";
}

boost::json::array to_array(const std::vector<double>& values) {
  return boost::json::array(values.begin(), values.end());
}

boost::json::object to_object(const measured_row& row, const line& of) {
  const auto found = judge(row, of);
  return {{"what", of.what},
          {"unit", of.unit},
          {"of", of.of},
          {"figure", of.figure},
          {"beside", of.beside},
          {"values", to_array(found.ours)},
          {"values_beside", to_array(found.beside)},
          {"target", demanded(of.wanted)},
          {"met", found.met ? boost::json::value(*found.met) : boost::json::value(nullptr)}};
}

boost::json::object to_object(const chart& of) {
  boost::json::array curves;
  for (const auto& each : of.curves) {
    boost::json::array points;
    for (const auto& [x, y] : each.points) points.push_back(boost::json::array{x, y});
    curves.push_back(boost::json::object{{"name", each.name}, {"points", points}});
  }
  return {{"title", of.title}, {"x", of.x}, {"y", of.y}, {"curves", curves}};
}

}  // namespace

double median(std::vector<double> of) {
  std::ranges::sort(of);
  const auto half = of.size() / 2;
  return of.size() % 2 == 1 ? of[half] : (of[half - 1] + of[half]) / 2;
}

std::string to_markdown(const report& of) {
  std::string made;
  for (const auto& [name, value] : of.machine) made += "* " + name + ": " + value + "\n";
  made += "* each measured " + std::to_string(of.repeat) + " times for " + number(of.seconds) +
          " s, in turns with what stands beside it; values of " + std::to_string(of.payload) +
          " B; median [least–most]\n\n";
  made += "| row | | unit | measured | beside | | ratio | target | met |\n";
  made += "|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& row : of.rows) {
    for (const auto& each : row.lines) {
      const auto found = judge(row, each);
      const bool first = &each == row.lines.data();
      made += "| " + (first ? "`" + row.name + "`" : "") + " | " + each.what + " | " + each.unit +
              " | " + told(found.ours) + " | " + (found.beside.empty() ? "" : each.beside) + " | " +
              told(found.beside) + " | " + told(found.ratios) + " | " + demanded(each.wanted) +
              " | " + (found.met ? *found.met ? "yes" : "**no**" : "") + " |\n";
    }
  }
  return made;
}

std::string to_json(const report& of) {
  boost::json::object machine;
  for (const auto& [name, value] : of.machine) machine[name] = value;
  boost::json::array rows;
  for (const auto& row : of.rows) {
    boost::json::array lines;
    for (const auto& each : row.lines) lines.push_back(to_object(row, each));
    boost::json::object sides;
    for (const auto& [name, figures_of] : row.sides) {
      boost::json::object all;
      for (const auto& [figure, values] : figures_of) all[figure] = to_array(values);
      sides[name] = all;
    }
    rows.push_back(boost::json::object{{"name", row.name}, {"lines", lines}, {"sides", sides}});
  }
  boost::json::array charts;
  for (const auto& each : of.charts) charts.push_back(to_object(each));
  return boost::json::serialize(boost::json::object{{"machine", machine},
                                                    {"repeat", of.repeat},
                                                    {"seconds", of.seconds},
                                                    {"payload", of.payload},
                                                    {"rows", rows},
                                                    {"charts", charts}}) +
         "\n";
}

}  // namespace lithair::bench
