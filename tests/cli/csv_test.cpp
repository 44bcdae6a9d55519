#include <gtest/gtest.h>

#include "cli/format/format.hpp"
#include "tests/cli/sample.hpp"

namespace windtunnel::cli {
namespace {

Series small(const char* service, const char* column) {
  Series s;
  s.service = service;
  s.times_s = {10, 20};
  s.columns.push_back({column, "1/s", {1.5, kNothing}});
  return s;
}

TEST(Csv, OneServiceHasATimeAndItsColumns) { EXPECT_EQ(format_csv(small("a", "x")), "time_s,x\n10,1.5\n20,\n"); }

TEST(Csv, AllServicesShareTheUnionOfTheColumns) {
  EXPECT_EQ(format_csv(std::vector<Series>{small("a", "x"), small("b, c", "y")}),
            "service,time_s,x,y\na,10,1.5,\na,20,,\n\"b, c\",10,,1.5\n\"b, c\",20,,\n");
}

TEST(Csv, QuotesAreDoubled) {
  EXPECT_EQ(format_csv(small("a", "say \"x\"")), "time_s,\"say \"\"x\"\"\"\n10,1.5\n20,\n");
}

TEST(Csv, MetricsAreALineEach) {
  Result r;
  r.metrics = {make_metric("a.latency.p99", "s", 0.25, 0.125, 5), make_metric("none", "s", kNothing, 0, 0)};
  EXPECT_EQ(format_metrics_csv(r),
            "metric,unit,mean,half_width_95,standard_error,least,most,n\n"
            "a.latency.p99,s,0.25,0.125,0.05,0.125,0.375,5\n"
            "none,s,,0,0,,,0\n");
}

}  // namespace
}  // namespace windtunnel::cli
