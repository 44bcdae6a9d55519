#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/format/format.hpp"
#include "tests/cli/sample.hpp"

namespace windtunnel::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Text, BeginsWithTheObjectives) {
  EXPECT_THAT(format_text(sample()),
              HasSubstr("shop, flash sale\n"
                        "10m after a warm-up of 1m · seed 7\n"
                        "\n"
                        "Objectives: 1 of 2 met in one replication\n"
                        "  ✓ 287 ms  < 300 ms  fast: p99 latency of shop below 300ms\n"
                        "  ✗ 97.2 %  > 99 %    success ratio of shop above 99%\n"
                        "  how sure is that? --replications 10 gives every figure its 95 % interval\n"));
}

TEST(Text, UndecidedObjectivesSayWhatDecidesThem) {
  const std::string text = format_text(replicated_sample());
  EXPECT_THAT(text, HasSubstr("1 of 2 met, 1 undecided\n"));
  EXPECT_THAT(text, HasSubstr("  ? 99.12 ± 0.30 %  > 99 % "));
  EXPECT_THAT(text, HasSubstr("more --replications will decide"));
  EXPECT_THAT(text, Not(HasSubstr("one replication")));
}

TEST(Text, LatencyHasTheHalfWidthUnderTheMean) {
  EXPECT_THAT(format_text(sample()),
              HasSubstr("Latency                 p50      p90      p95      p99    p99.9      max\n"
                        "  shop                50 ms  90.2 ms  95.2 ms   287 ms   100 ms   1.25 s\n"));
  EXPECT_THAT(format_text(replicated_sample()),
              HasSubstr("  shop             50.00 ms  90.2 ms  95.2 ms 287.3 ms   100 ms  1.250 s\n"
                        "                   ±0.73                       ±4.2             ±0.018\n"));
}

TEST(Text, LossesHaveTheirCauses) {
  EXPECT_THAT(format_text(sample()), HasSubstr("  shop                          12,345                97.2 %\n"
                                               "    rejected full                  300                2.43 %\n"
                                               "    timed out                       45               0.364 %\n"));
}

TEST(Text, CpuThatIsSpentForNobodyStandsBelowTheLosses) {
  Result r = sample();
  EXPECT_THAT(format_text(r), Not(HasSubstr("CPU for nobody")));
  r.metrics.push_back(make_metric("shop.cpu_wasted", "s", 0));
  r.metrics.push_back(make_metric("shop.cpu_wasted_share", "share", 0));
  EXPECT_THAT(format_text(r), Not(HasSubstr("CPU for nobody")));
  r.metrics[r.metrics.size() - 2] = make_metric("shop.cpu_wasted", "s", 957);
  r.metrics.back() = make_metric("shop.cpu_wasted_share", "share", 0.851);
  EXPECT_THAT(format_text(r), HasSubstr("    timed out                       45               0.364 %\n"
                                        "    CPU for nobody               957 s                85.1 %\n"));
}

TEST(Text, CapacityShowsHowFewInstancesWereReady) {
  EXPECT_THAT(format_text(sample()),
              HasSubstr("Capacity                instances    ready      utilization    cold starts\n"
                        "  shop                       3.50      2–8           53.1 %              –\n"));
}

TEST(Text, AutoscalersReportTheirOwnFigures) {
  Result r = sample();
  EXPECT_THAT(format_text(r), Not(HasSubstr("Autoscalers on themselves")));
  r.metrics.push_back(make_metric("shop.forecast.mape", "share", 0.0574));
  r.metrics.push_back(make_metric("shop.forecast.lead", "s", 95));
  r.figures = {"shop.forecast.mape", "shop.forecast.lead"};
  EXPECT_THAT(format_text(r), HasSubstr("Autoscalers on themselves\n"
                                        "  shop.forecast.mape  5.74 %\n"
                                        "  shop.forecast.lead  95 s\n"));
}

TEST(Text, ReplicasOverTimeAreDrawnUnderTheTrafficThatMovedThem) {
  // Columns are 12 s wide: 2 replicas up to 300 s (columns 0-24), 8 up to 400 s, then 4. 2 of 8 is 10 of 40 eighths.
  EXPECT_THAT(format_text(sample()),
              HasSubstr("  losses                               ████                      0–8 /s\n"
                        "  ready    8 ┤                         █████████\n"
                        "             ┤                         █████████\n"
                        "             ┤                         █████████▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄\n"
                        "             ┤▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂█████████████████████████\n"
                        "             ┤██████████████████████████████████████████████████\n"
                        "  faults                              ▲\n"
                        "              ┴────────────────────────┴────────────────────────\n"
                        "              0s                       5m\n"));
}

TEST(Text, MeansOfNodesAreDrawnToADecimal) {
  Result r = sample();
  for (Series& series : r.series)
    for (Series::Column& column : series.columns)
      if (column.name == "replicas_ready")
        for (double& value : column.values) value = value / 3 + 0.123456789;
  EXPECT_THAT(format_text(r), HasSubstr("  ready  2.8 ┤"));
}

TEST(Text, ReplicasThatNeverChangeAreALine) {
  Result r = sample();
  for (double& v : r.series[0].columns[3].values) v = 3;
  EXPECT_THAT(format_text(r), HasSubstr("  ready       3 the whole time\n"));
}

// As a scenario with nodes has it.
Result with_nodes() {
  Result r = sample();
  for (const Metric& m :
       {make_metric("cluster.nodes.mean", "count", 4.5), make_metric("cluster.nodes.min", "count", 2),
        make_metric("cluster.nodes.max", "count", 7), make_metric("cluster.cpu_requested", "share", 0.688),
        make_metric("cluster.memory_requested", "share", 0.157), make_metric("shop.pending_time.p50", "s", 0),
        make_metric("shop.pending_time.p99", "s", 112.4)})
    r.metrics.push_back(m);
  Series cluster;
  cluster.service = "cluster";
  cluster.times_s = r.series[0].times_s;
  const auto nodes = [](int i) { return i < 30 ? 2.0 : 7.0; };
  Series::Column ready{"nodes_ready", "count", {}}, pending{"pods_pending", "count", {}};
  for (int i = 0; i < 60; ++i) {
    ready.values.push_back(nodes(i));
    pending.values.push_back(i >= 25 && i < 30 ? 3 : 0);
  }
  cluster.columns = {ready, pending};
  r.series.push_back(cluster);
  return r;
}

TEST(Text, NodesAreShownWithWhatPodsAskForAndHowLongTheyWaited) {
  const std::string text = format_text(with_nodes());
  EXPECT_THAT(text, HasSubstr("Nodes                      number    range      CPU requested             memory\n"
                              "  cluster                    4.50      2–7             68.8 %             15.7 %\n"));
  EXPECT_THAT(text, HasSubstr("Waited for a node       p50      p90      p95      p99    p99.9      max\n"
                              "  shop                  0 s        –        –    112 s        –        –\n"));
  EXPECT_THAT(text, HasSubstr("cluster over time\n"
                              "  pending"));
  EXPECT_THAT(text, HasSubstr("  nodes    7 ┤"));
  EXPECT_THAT(format_text(sample()), Not(HasSubstr("Nodes")));
}

TEST(Text, SizingSaysOnlyWhatIsOff) {
  EXPECT_THAT(format_text(sized_sample()),
              HasSubstr("Sizing: what an instance requests against what it uses\n"
                        "  cpu: 1000m requested, 200m used at p50, 400m at p99, 500m at most; the VPA\n"
                        "  would request 500m, 1.75 cores less over 3.50 instances\n"
                        "  memory: 512Mi requested, 477Mi used at p50, 668Mi at p99, 763Mi at most; the\n"
                        "  VPA would request 1024Mi, 1.75 GiB more over 3.50 instances\n"
                        "  cost: 10 USD more than the 10 of the run, with as many instances, if the price\n"
                        "  of one goes with its memory, which grows most\n"
                        "\n"
                        "More"));
  Result right = sized_sample();
  right.sizing.erase(right.sizing.begin());
  EXPECT_THAT(format_text(right), Not(HasSubstr("Sizing")));
}

TEST(Text, SizingNamesTheServiceWhereThereAreSeveral) {
  Result r = sized_sample();
  r.services.push_back(r.services[0]);
  r.services[1].name = "pay_api";
  EXPECT_THAT(format_text(r), HasSubstr("\n  shop memory: 512Mi requested"));
}

TEST(Text, WhatHappenedIsTold) {
  EXPECT_THAT(format_text(sample()),
              HasSubstr("What happened\n"
                        "  4m50s  zone b is gone: 2 instances lost\n"
                        "     5m  2 -> 8 replicas in 2 steps until 5m15s: cpu 95 % of request against a\n"
                        "         target of 60 %\n"
                        "  6m40s  8 -> 4 replicas: cpu 20 % of request against a target of 60 %\n"));
}

TEST(Text, MoreThanTwelveDecisionsAreCounted) {
  Result r = sample();
  r.decisions.clear();
  for (int i = 0; i < 20; ++i) r.decisions.push_back({10.0 * i, "shop", "fault", "bang", {}});
  EXPECT_THAT(format_text(r), HasSubstr("  … 8 more (all of it with -o DIR)\n"));
  TextStyle saved;
  saved.folder = "out";
  EXPECT_THAT(format_text(r, saved), HasSubstr("  … 8 more (all of it in out)\n"));
}

TEST(Text, EndsWithTheCommandThatRepeatsIt) {
  TextStyle style;
  style.repeat = "windtunnel run shop.json --seed 7";
  EXPECT_THAT(format_text(sample(), style), HasSubstr("  this again    windtunnel run shop.json --seed 7\n"
                                                      "                windtunnel 0.1.0, scenario 00112233445566ff\n"));
}

TEST(Text, ColourIsThereOnlyWhenAskedForAndAddsNothingElse) {
  EXPECT_THAT(format_text(sample()), Not(HasSubstr("\033")));
  TextStyle style;
  style.colour = true;
  std::string text = format_text(sample(), style);
  EXPECT_THAT(text, HasSubstr("\033[32m✓\033[0m"));
  for (std::size_t at = 0; (at = text.find('\033')) != std::string::npos;) text.erase(at, text.find('m', at) - at + 1);
  std::istringstream coloured(text), plain(format_text(sample()));
  for (std::string a, b; std::getline(plain, a);) {
    ASSERT_TRUE(std::getline(coloured, b));
    EXPECT_EQ(b.substr(0, b.find_last_not_of(' ') + 1), a);
  }
}

TEST(Text, LinesFitATerminalOfEightyColumns) {
  for (const Result& r : {sample(), replicated_sample(), sized_sample(), with_nodes()}) {
    std::istringstream lines(format_text(r));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80U) << line;
  }
}

TEST(Text, CopesWithAResultThatHasNoneOfTheExpectedMetricsAndColumns) {
  Result r = sample();
  r.metrics.clear();
  r.series[0].columns.clear();
  EXPECT_THAT(format_text(r), HasSubstr("Latency"));
  r.services[0].latency.clear();
  EXPECT_THAT(format_text(r), HasSubstr("–"));
  EXPECT_THAT(format_text(Result{}), HasSubstr("(scenario without a name)"));
}

}  // namespace
}  // namespace windtunnel::cli
