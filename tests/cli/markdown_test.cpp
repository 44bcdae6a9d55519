#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/format/format.hpp"
#include "tests/cli/sample.hpp"

namespace windtunnel::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Markdown, HasARowPerObjective) {
  const std::string md = format_markdown(replicated_sample());
  EXPECT_THAT(md, HasSubstr("| ✅ met | fast: p99 latency of shop below 300ms | 287.3 ± 4.2 ms | \\< 300 ms |\n"));
  EXPECT_THAT(md, HasSubstr("| ❔ undecided | success ratio of shop above 99% | 99.12 ± 0.30 % | > 99 % |\n"));
}

TEST(Markdown, OfOneReplicationSaysThatItIsOne) {
  constexpr const char* kOne =
      "\nVerdicts rest on one replication; `--replications 10` gives every figure its 95 % interval.\n";
  EXPECT_THAT(format_markdown(sample()), HasSubstr(kOne));
  EXPECT_THAT(format_markdown(replicated_sample()), Not(HasSubstr("one replication")));
}

TEST(Markdown, ShowsLatencyLossesAndCost) {
  const std::string md = format_markdown(sample());
  EXPECT_THAT(md, HasSubstr("| latency | p50 | p90 | p95 | p99 | p99.9 | max |\n"));
  EXPECT_THAT(md, HasSubstr("| shop | 50 ms |"));
  EXPECT_THAT(md, HasSubstr("| shop | 12,345 | 97.2 % | rejected full 2.43 %, timed out 0.364 % |\n"));
  EXPECT_THAT(md, HasSubstr("Cost: 12.3 USD\n"));
}

TEST(Markdown, AutoscalersReportTheirOwnFigures) {
  Result r = sample();
  r.metrics.push_back(make_metric("shop.forecast.mape", "share", 0.0574));
  r.figures = {"shop.forecast.mape"};
  EXPECT_THAT(format_markdown(r), HasSubstr("\n| autoscalers on themselves | |\n|---|---:|\n"
                                            "| shop.forecast.mape | 5.74 % |\n"));
}

TEST(Markdown, SizingSaysOnlyWhatIsOff) {
  const std::string md = format_markdown(sized_sample());
  EXPECT_THAT(md,
              HasSubstr("\nSizing: what an instance requests against what it uses\n\n- shop cpu: 1000m requested, "));
  EXPECT_THAT(md, HasSubstr("\n- shop cost: 10 USD more than the 10 of the run"));
  EXPECT_THAT(md, Not(HasSubstr("pay\\_api")));
  EXPECT_THAT(format_markdown(sample()), Not(HasSubstr("Sizing")));
}

TEST(Markdown, NamesCannotBreakTheTable) {
  Result r = sample();
  r.scenario = "a|b\nc";
  r.objectives[0].name = "p|q";
  const std::string md = format_markdown(r);
  EXPECT_THAT(md, HasSubstr("## a\\|b c\n"));
  EXPECT_THAT(md, HasSubstr("p\\|q: "));
}

TEST(Markdown, AResultWithoutAnythingIsStillAPage) {
  EXPECT_THAT(format_markdown(Result{}), HasSubstr("## Windtunnel\n"));
}

}  // namespace
}  // namespace windtunnel::cli
