#include "http/exposition_text.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

#include "test/http/prometheus_text.hpp"

namespace exposition_test {

using namespace lithair::http;
using namespace lithair::http::exposition;

BOOST_AUTO_TEST_SUITE(exposition_suite)

BOOST_AUTO_TEST_CASE(families_are_written_as_prometheus_reads_them) {
  families all;
  gauge(all, "size_bytes", "A size.", 1'000'000);
  counter(all, "lines_total", "Lines\nof a \\ log.", 9'007'199'254'740'991);
  add(family(all, MetricType::Gauge, "role", "A \"role\"."), 1,
      {{"group", "1"}, {"name", "a \"b\" \\ c\nd"}});
  family(all, MetricType::Gauge, "nothing", "Without samples.");
  gauge(all, "share", "A part.", 0.1);
  gauge(all, "days", "Days.", -2.5);
  gauge(all, "none", "No number.", std::numeric_limits<double>::quiet_NaN());
  BOOST_TEST(text_of(all) ==
             "# HELP lithair_size_bytes A size.\n"
             "# TYPE lithair_size_bytes gauge\n"
             "lithair_size_bytes 1000000\n"
             "# HELP lithair_lines_total Lines\\nof a \\\\ log.\n"
             "# TYPE lithair_lines_total counter\n"
             "lithair_lines_total 9007199254740991\n"
             "# HELP lithair_role A \"role\".\n"
             "# TYPE lithair_role gauge\n"
             "lithair_role{group=\"1\",name=\"a \\\"b\\\" \\\\ c\\nd\"} 1\n"
             "# HELP lithair_share A part.\n"
             "# TYPE lithair_share gauge\n"
             "lithair_share 0.1\n"
             "# HELP lithair_days Days.\n"
             "# TYPE lithair_days gauge\n"
             "lithair_days -2.5\n"
             "# HELP lithair_none No number.\n"
             "# TYPE lithair_none gauge\n"
             "lithair_none NaN\n");
}

BOOST_AUTO_TEST_CASE(a_bound_is_a_decimal_whatever_it_was_computed_from) {
  families all;
  auto metric = with_labels({{"group", "2"}});
  auto& h = metric.histogram;
  h.sample_count = 7;
  h.sample_sum = 0.25;
  std::uint64_t so_far = 0;
  for (const auto bound : {50 * 1e-6, 100 * 1e-6, 0.0025, 1.0, 5'000'000 * 1e-6, 4096.0,
                           std::numeric_limits<double>::infinity()})
    h.bucket.push_back({++so_far, bound});
  family(all, MetricType::Histogram, "seconds", "Time.").metric.push_back(std::move(metric));
  const auto page = text_of(all);
  BOOST_TEST(page ==
             "# HELP lithair_seconds Time.\n"
             "# TYPE lithair_seconds histogram\n"
             "lithair_seconds_bucket{group=\"2\",le=\"0.00005\"} 1\n"
             "lithair_seconds_bucket{group=\"2\",le=\"0.0001\"} 2\n"
             "lithair_seconds_bucket{group=\"2\",le=\"0.0025\"} 3\n"
             "lithair_seconds_bucket{group=\"2\",le=\"1\"} 4\n"
             "lithair_seconds_bucket{group=\"2\",le=\"5\"} 5\n"
             "lithair_seconds_bucket{group=\"2\",le=\"4096\"} 6\n"
             "lithair_seconds_bucket{group=\"2\",le=\"+Inf\"} 7\n"
             "lithair_seconds_sum{group=\"2\"} 0.25\n"
             "lithair_seconds_count{group=\"2\"} 7\n");
  BOOST_TEST(test::prometheus_text{page}.at("lithair_seconds_count{group=\"2\"}") == 7);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace exposition_test
