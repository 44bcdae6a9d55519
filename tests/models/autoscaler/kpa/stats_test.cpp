#include "models/autoscaler/kpa/stats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace windtunnel::kpa {

bool operator==(const Stat& a, const Stat& b) {
  return a.concurrency == b.concurrency && a.request_count == b.request_count;
}
void PrintTo(const Stat& stat, std::ostream* os) {
  *os << "{concurrency " << stat.concurrency << ", count " << stat.request_count << "}";
}

namespace {

using namespace std::chrono_literals;
using State = InstanceSignal::State;

// --- sample size

struct SampleRow {
  std::int64_t pods, scraped;
};

TEST(SampleSize, IsUpstreams) {  // TestPopulationMeanSampleSize, and the formula's values for 4, 20 and 50
  for (const SampleRow& row :
       {SampleRow{0, 0}, SampleRow{1, 1}, SampleRow{2, 2}, SampleRow{5, 4}, SampleRow{10, 7}, SampleRow{100, 14},
        SampleRow{1000, 16}, SampleRow{3, 3}, SampleRow{4, 4}, SampleRow{20, 9}, SampleRow{50, 12}})
    EXPECT_EQ(sample_size(row.pods), row.scraped) << row.pods;
}

// --- the activator's reports
// Upstream's TestStats (pkg/activator/handler/concurrency_reporter_test.go, knative/serving 1.23). "multiple revisions
// tick" and the two revisions of "scale-from-zero sends stat" are one revision here: reporters do not know each other.

enum class Op { kStart, kEnd, kTick };
struct Step {
  Op op;
  int at_ms = 0;
};
struct ReportRow {
  const char* name;
  std::vector<Step> steps;
  std::vector<Stat> stats;
};

void PrintTo(const ReportRow& row, std::ostream* os) { *os << row.name; }

std::vector<Stat> reported(const std::vector<Step>& steps) {
  ActivatorReporter reporter;
  ActivatorReporter::Counters counters;
  std::vector<Stat> stats;
  const auto keep = [&stats](const std::optional<Stat>& stat) {
    if (stat) stats.push_back(*stat);
  };
  int in_flight = 0, last_ms = 0;
  for (const Step& step : steps) {
    counters.seconds += in_flight * (step.at_ms - last_ms) * 1e-3;
    last_ms = step.at_ms;
    if (step.op == Op::kStart) ++in_flight, ++counters.arrived;
    if (step.op == Op::kEnd) --in_flight;
    keep(reporter.first_request(counters, step.at_ms * 1ms));
    if (step.op == Op::kTick) keep(reporter.report(counters, step.at_ms * 1ms));
  }
  return stats;
}

class ActivatorStats : public testing::TestWithParam<ReportRow> {};

TEST_P(ActivatorStats, AreUpstreams) { EXPECT_EQ(reported(GetParam().steps), GetParam().stats); }

INSTANTIATE_TEST_SUITE_P(
    TestStats, ActivatorStats,
    testing::Values(ReportRow{"scale-from-zero sends stat", {{Op::kStart}}, {{1, 1}}},
                    ReportRow{"in'n out",
                              {{Op::kStart, 0}, {Op::kEnd, 1}, {Op::kStart, 1}, {Op::kEnd, 2}, {Op::kTick, 2}},
                              {{1, 1}, {0, 1}}},
                    ReportRow{"scale to two",
                              {{Op::kStart, 0}, {Op::kStart, 0}, {Op::kTick, 1}, {Op::kTick, 2}},
                              {{1, 1}, {1, 1}, {2, 0}}},
                    ReportRow{"scale-from-zero after tick sends stat",
                              {{Op::kStart, 0}, {Op::kEnd, 1}, {Op::kTick, 1}, {Op::kTick, 2}, {Op::kStart, 3}},
                              {{1, 1}, {0, 0}, {0, 0}, {1, 1}}},
                    ReportRow{"multiple revisions tick", {{Op::kStart}, {Op::kTick}}, {{1, 1}, {0, 0}}},
                    ReportRow{"interleaved requests",
                              {{Op::kStart, 0}, {Op::kStart, 0}, {Op::kEnd, 1}, {Op::kEnd, 2}, {Op::kTick, 2}},
                              {{1, 1}, {0.5, 1}}}));

TEST(ActivatorStats, CoverTheTimeSinceTheFirstRequestOnly) {
  // Two requests in flight from 900 ms on: 2 on average over the 100 ms, of which one is reported already.
  EXPECT_THAT(reported({{Op::kStart, 900}, {Op::kStart, 900}, {Op::kTick, 1000}}),
              testing::ElementsAre(Stat{1, 1}, Stat{1, 1}));
}

// --- scraping

InstanceSignal pod(std::uint32_t id, double in_flight_seconds, std::uint64_t arrived, Time created = 0s) {
  InstanceSignal out;
  out.id = id;
  out.state = State::kReady;
  out.created = created;
  out.outstanding_seconds = in_flight_seconds;
  out.arrived = arrived;
  return out;
}

TEST(Scraper, FindsNothingWhereNoPodIsReady) {
  Scraper scraper(1min);
  InstanceSignal starting = pod(1, 0, 0), draining = pod(2, 3, 3);
  starting.state = State::kStarting;
  draining.state = State::kDraining;
  EXPECT_FALSE(scraper.scrape({}, 1s));
  EXPECT_FALSE(scraper.scrape(std::vector{starting, draining}, 2s));
}

TEST(Scraper, AddsUpWhatHappenedSinceTheLastSecond) {
  Scraper scraper(1min);
  EXPECT_EQ(scraper.scrape(std::vector{pod(1, 0.5, 3), pod(2, 1, 1)}, 1s), (Stat{1.5, 4}));
  EXPECT_EQ(scraper.scrape(std::vector{pod(1, 2.5, 4), pod(2, 1, 1)}, 2s), (Stat{2, 1}));
  // A pod's first second is all of its past.
  EXPECT_EQ(scraper.scrape(std::vector{pod(1, 2.5, 4), pod(2, 1, 1), pod(3, 0.25, 7)}, 3s), (Stat{0.25, 7}));
}

TEST(Scraper, LeavesOutWhatTheActivatorHasCounted) {  // collection.record: concurrency less its proxied part
  Scraper scraper(1min);
  InstanceSignal mixed = pod(1, 5, 10);
  mixed.proxied_seconds = 3;
  mixed.proxied_arrived = 8;
  EXPECT_EQ(scraper.scrape(std::vector{mixed}, 1s), (Stat{2, 2}));
}

TEST(Scraper, TakesASampleForAll) {
  // Of ten pods seven are asked; all of them hold two requests.
  std::vector<InstanceSignal> pods;
  for (std::uint32_t id = 0; id < 10; ++id) pods.push_back(pod(id, 2, 3));
  Scraper scraper(1min);
  const auto stat = scraper.scrape(pods, 1s);
  ASSERT_TRUE(stat);
  EXPECT_DOUBLE_EQ(stat->concurrency, 20);
  EXPECT_DOUBLE_EQ(stat->request_count, 30);
}

TEST(Scraper, AsksOldPodsFirst) {
  // Seven old pods hold one request each and are all that are asked; three young ones hold a hundred.
  std::vector<InstanceSignal> pods;
  for (std::uint32_t id = 0; id < 10; ++id) pods.push_back(pod(id, id < 3 ? 100 : 1, 1, id < 3 ? 90s : 0s));
  Scraper scraper(1min);
  EXPECT_DOUBLE_EQ(scraper.scrape(pods, 100s)->concurrency, 10);
  // Of five old ones and five young ones two young ones fill up the seven.
  for (std::uint32_t id = 0; id < 10; ++id) pods[id] = pod(id + 10, id < 5 ? 100 : 1, 1, id < 5 ? 100s : 0s);
  EXPECT_DOUBLE_EQ(scraper.scrape(pods, 101s)->concurrency, (5 * 1 + 2 * 100) / 7.0 * 10);
}

TEST(Scraper, GoesRoundSoThatEachPodHasItsTurn) {
  // One pod of ten is busy all the time: over ten scrapes of seven it is seen seven times, which is its share.
  std::vector<InstanceSignal> pods;
  for (std::uint32_t id = 0; id < 10; ++id) pods.push_back(pod(id, 0, 0));
  Scraper scraper(1min);
  double sum = 0;
  for (int second = 1; second <= 10; ++second) {
    pods[4].outstanding_seconds = second;
    sum += scraper.scrape(pods, second * 1s)->concurrency;
  }
  EXPECT_NEAR(sum, 10, 1e-9);
}

// --- collection

TEST(Collection, KeepsTheMetricThatTheRevisionIsScaledOn) {
  Collection concurrency(Metric::kConcurrency, Averaging::kLinear, 60s, 6s, true);
  Collection rate(Metric::kRequestRate, Averaging::kLinear, 60s, 6s, true);
  for (Collection* collection : {&concurrency, &rate}) {
    for (int second = 0; second < 10; ++second) collection->record(second * 1s, {2, 30});
    for (int second = 10; second < 20; ++second) collection->record(second * 1s, {4, 50});
  }
  EXPECT_EQ(concurrency.averages(19s)->stable, 3);
  EXPECT_EQ(concurrency.averages(19s)->panic, 4);
  EXPECT_EQ(rate.averages(19s)->stable, 40);
  EXPECT_EQ(rate.averages(19s)->panic, 50);
}

TEST(Collection, HasNoDataAfterAWindowOfSilenceUnlessThereIsNothingToScrape) {
  Collection scraped(Metric::kConcurrency, Averaging::kLinear, 60s, 6s, true);
  Collection unscraped(Metric::kConcurrency, Averaging::kLinear, 60s, 6s, false);
  EXPECT_FALSE(scraped.averages(0s));
  EXPECT_EQ(unscraped.averages(0s)->stable, 0);
  scraped.record(10s, {1, 1});
  unscraped.record(10s, {1, 1});
  EXPECT_EQ(scraped.averages(70s)->stable, 0);
  EXPECT_FALSE(scraped.averages(71s));
  EXPECT_EQ(unscraped.averages(71s)->stable, 0);
}

}  // namespace
}  // namespace windtunnel::kpa
