// Public traces, whose totals, gaps and peaks were counted by other programs (see each trace's PROVENANCE.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/workload/replay_file.hpp"
#include "models/workload/text_file.hpp"
#include "models/workload/time_stamp.hpp"
#include "models/workload/trace_file.hpp"
#include "tests/models/workload/play.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

#define NEED(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "not here: " << (path).string() << " (set WINDTUNNEL_TRACES)"

std::string bytes_of(const std::filesystem::path& path, Problems& problems) {
  FileProblems file(path.filename().string(), problems);
  return read_bytes(path, file).value_or("");
}

TraceCounts trace_of(const std::filesystem::path& path, Found& found, TraceFormat format = {}) {
  format.file = path.filename().string();
  return parse_trace(bytes_of(path, found), format, found);
}

double total(const TraceCounts& trace) { return std::accumulate(trace.counts.begin(), trace.counts.end(), 0.0); }

TEST(RecordedTraces, WorldCup98HasItsOfficialTotalAndPeakAndTenMissingMinutes) {
  const auto path = recorded("worldcup98_1min/worldcup98_1min.csv.gz");
  NEED(path);
  Found found;
  TraceFormat zero;
  zero.missing = MissingBins::kZero;
  const auto trace = trace_of(path, found, zero);
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_THAT(found.warnings, SizeIs(1));
  EXPECT_EQ(trace.rows, 125'300u);
  EXPECT_EQ(trace.missing, 10u);
  EXPECT_EQ(trace.counts.size(), 125'310u);
  EXPECT_EQ(trace.bin, 1min);
  EXPECT_EQ(total(trace), 1'352'804'107.0);
  const auto peak = std::max_element(trace.counts.begin(), trace.counts.end());
  EXPECT_EQ(*peak, 229'426);
  EXPECT_EQ(format_time_stamp(*trace.first + (peak - trace.counts.begin()) * trace.bin.count()), "1998-07-07 21:41:00");
}

TEST(RecordedTraces, TheBusiestDayOfWorldCup98StreamsAllOfItsRequests) {
  const auto path = recorded("worldcup98_1min/worldcup98_1min.csv.gz");
  NEED(path);
  Found found;
  auto arrivals = chosen<Arrivals>("trace", {{"file", path.filename().string()},
                                             {"column", "count"},
                                             {"time_column", "period"},
                                             {"start", "1998-06-30 00:00:00"},
                                             {"length", Duration{24h}},
                                             {"within_bin", "even"}});
  arrivals.mutable_params().load(path.parent_path(), found);
  ASSERT_THAT(found.errors, IsEmpty());
  const auto process = arrivals->make(web());
  std::vector<Arrival> batch(4096);
  std::vector<std::int64_t> per_minute(24 * 60);
  std::int64_t count = 0;
  Time last{};
  while (true) {
    const std::size_t n = process->fill(batch);
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_GE(batch[i].at, last);
      last = batch[i].at;
      ++per_minute.at(static_cast<std::size_t>(last / 1min));
    }
    count += static_cast<std::int64_t>(n);
    if (n < batch.size()) break;
  }
  EXPECT_EQ(count, 75'207'657);
  const auto peak = std::max_element(per_minute.begin(), per_minute.end());
  EXPECT_EQ(*peak, 215'241);
  EXPECT_EQ(peak - per_minute.begin(), 21 * 60 + 42);
}

TEST(RecordedTraces, HourlyWebTracesHaveTheirTotals) {
  struct Known {
    const char* file;
    std::size_t rows, missing;
    double total;
  };
  for (const Known& known : {Known{"nasa_1", 662, 0, 1'891'714}, Known{"nasa_2", 744, 0, 1'569'898},
                             Known{"calgary", 8450, 0, 725'125}, Known{"youtube", 926, 6291, 1'467'696},
                             Known{"clarknet_1", 168, 0, 1'654'882}, Known{"bu", 4297, 0, 1'143'839}}) {
    const auto path = recorded("mooselab_hourly_web/" + std::string(known.file) + "_resample_1h.csv.gz");
    NEED(path);
    Found found;
    TraceFormat zero;
    zero.missing = MissingBins::kZero;
    const auto trace = trace_of(path, found, zero);
    EXPECT_THAT(found.errors, IsEmpty());
    EXPECT_EQ(trace.rows, known.rows) << known.file;
    EXPECT_EQ(trace.missing, known.missing) << known.file;
    EXPECT_EQ(trace.bin, 1h);
    EXPECT_EQ(total(trace), known.total) << known.file;
  }
}

TEST(RecordedTraces, RequestsOfALoadBalancerHaveTheirMeanPeakAndGaps) {
  const auto path = recorded("nab/elb_request_count_8c0756.csv.gz");
  NEED(path);
  Found found;
  TraceFormat zero;
  zero.missing = MissingBins::kZero;
  const auto trace = trace_of(path, found, zero);
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_EQ(trace.rows, 4032u);
  EXPECT_EQ(trace.missing, 8u);
  EXPECT_EQ(trace.bin, 5min);
  EXPECT_NEAR(total(trace) / 4032, 61.8, 0.05);
  EXPECT_EQ(*std::max_element(trace.counts.begin(), trace.counts.end()), 656);
}

TEST(RecordedTraces, AClockSetForwardThatLeavesTheBinsIsAnErrorWithItsLine) {
  // Twelve rows of one hour all carry the stamp 03:00:00, where bins begin at :01, :06, …
  const auto path = recorded("nab/ec2_request_latency_system_failure.csv.gz");
  NEED(path);
  Found found;
  trace_of(path, found);
  ASSERT_EQ(found.errors.size(), 12u);
  EXPECT_EQ(found.errors[0], "/file: " + path.filename().string() +
                                 ":558: 2014-03-09 03:00:00 is not a whole number of bins of 5m after the first row");
}

TEST(RecordedTraces, LanguageModelRequestsReplayWithTheirStampsAndSizes) {
  struct Known {
    const char* file;
    std::size_t rows;
    double seconds, mean_size;
  };
  for (const Known& known : {Known{"AzureLLMInferenceTrace_code", 8819, 3436, 2048},
                             Known{"AzureLLMInferenceTrace_conv", 19'366, 3502, 1155}}) {
    const auto path = recorded("azure_llm_2023/" + std::string(known.file) + ".csv.gz");
    NEED(path);
    Found found;
    const auto replay = parse_replay(bytes_of(path, found), {known.file, "TIMESTAMP", "", "ContextTokens", 1}, found);
    EXPECT_THAT(found.errors, IsEmpty());
    EXPECT_THAT(found.warnings, IsEmpty());
    ASSERT_EQ(replay.requests.size(), known.rows);
    EXPECT_NEAR(static_cast<double>(replay.requests.back().at - replay.requests.front().at) * 1e-9, known.seconds, 1);
    double sum = 0;
    for (const auto& request : replay.requests) sum += static_cast<double>(request.size);
    EXPECT_NEAR(sum / static_cast<double>(known.rows), known.mean_size, 1);
  }
}

TEST(RecordedTraces, NasaRequestsReplayFromTabsAndSeconds) {
  const auto path = recorded("nasa_http_19950801_requests/nasa_19950801.tsv.gz");
  NEED(path);
  Found found;
  const auto replay = parse_replay(bytes_of(path, found), {"nasa.tsv", "time", "response", "", 1}, found);
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_THAT(found.warnings, IsEmpty());
  ASSERT_EQ(replay.requests.size(), 30'969u);
  EXPECT_EQ(format_time_stamp(replay.requests.front().at), "1995-08-01 06:00:00");
  EXPECT_EQ(format_time_stamp(replay.requests.back().at), "1995-08-01 18:52:01");
  std::vector<int> by_status(replay.classes.size());
  for (const auto& request : replay.requests) ++by_status.at(request.request_class);
  const auto ok = std::find(replay.classes.begin(), replay.classes.end(), "200") - replay.classes.begin();
  EXPECT_EQ(by_status.at(static_cast<std::size_t>(ok)), 27'972);
}

}  // namespace
}  // namespace windtunnel::test
