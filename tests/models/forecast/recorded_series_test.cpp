// Real traffic: requests per hour of Wikipedia and of other sites (mooselab/web-app-workloads; Aghili et al., ICSME
// 2024). A method that knows the day must beat one that does not.
#include <gmock/gmock.h>

#include <cmath>

#include "models/workload/text_file.hpp"
#include "models/workload/trace_file.hpp"
#include "tests/models/forecast/series.hpp"
#include "tests/models/workload/play.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;

std::vector<double> hourly(const std::filesystem::path& path) {
  Found found;
  FileProblems problems(path.filename().string(), found);
  const std::string bytes = read_bytes(path, problems).value_or("");
  const TraceCounts trace = parse_trace(bytes, {.file = path.filename().string()}, found);
  EXPECT_TRUE(found.errors.empty());
  EXPECT_EQ(trace.bin, 1h);
  return trace.counts;
}

struct Accuracy {
  double mape = 0, coverage = 0;
};

// Of forecasts `ahead` hours ahead, after the first four weeks.
Accuracy accuracy(const std::vector<double>& series, std::string_view type, const Fields& fields, std::size_t ahead) {
  constexpr std::size_t kLearning = 4 * 7 * 24;
  const auto forecaster = made(type, fields, 1h);
  Accuracy out;
  double n = 0;
  for (std::size_t t = 0; t + ahead < series.size(); ++t) {
    forecaster->observe(series[t]);
    if (t < kLearning || series[t + ahead] == 0) continue;
    const Forecast forecast = forecaster->ahead(static_cast<std::int64_t>(ahead));
    const double error = std::abs(forecast.mean - series[t + ahead]);
    out.mape += error / series[t + ahead];
    out.coverage += error <= 1.96 * forecast.standard_error ? 1 : 0;
    ++n;
  }
  return {out.mape / n, out.coverage / n};
}

const Fields kWeek = {{"period", Duration{168h}}, {"error_window", Duration{4 * 168h}}};
const Fields kMultiplicativeWeek = {{"period", Duration{168h}},
                                    {"seasonality", "multiplicative"},
                                    {"error_window", Duration{4 * 168h}},
                                    {"alpha", 0.4},
                                    {"beta", 0.001},
                                    {"gamma", 0.3}};

class RecordedSeries : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Of, RecordedSeries,
                         ::testing::Values("wikipedia_18", "wikipedia_19", "wikipedia_20", "wikipedia_21",
                                           "wikipedia_22", "wikipedia_23"),
                         [](const auto& row) { return std::string(row.param); });

TEST_P(RecordedSeries, AreForecastBetterByThoseWhoKnowTheWeek) {
  const auto path = recorded("mooselab_hourly_web/" + std::string(GetParam()) + "_resample_1h.csv.gz");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "not here: " << path.string() << " (set WINDTUNNEL_TRACES)";
  const std::vector<double> series = hourly(path);
  // Not a day ahead, where the last value is that of a day before.
  for (const std::size_t ahead : {1u, 6u, 12u}) {
    SCOPED_TRACE(::testing::Message() << ahead << " hours ahead");
    const double naive = accuracy(series, "naive", {}, ahead).mape;
    EXPECT_LT(accuracy(series, "holt_winters", kMultiplicativeWeek, ahead).mape, 0.6 * naive);
    EXPECT_LT(accuracy(series, "seasonal_naive", kWeek, ahead).mape, 0.9 * naive);
    EXPECT_LT(accuracy(series, "ridge", {{"refit", Duration{24h}}}, ahead).mape, 0.6 * naive);
  }
}

TEST_P(RecordedSeries, FallIntoTheIntervalOfTheNextHourAboutNineteenTimesInTwenty) {
  const auto path = recorded("mooselab_hourly_web/" + std::string(GetParam()) + "_resample_1h.csv.gz");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "not here: " << path.string() << " (set WINDTUNNEL_TRACES)";
  const std::vector<double> series = hourly(path);
  EXPECT_NEAR(accuracy(series, "holt_winters", kMultiplicativeWeek, 1).coverage, 0.95, 0.03);
  EXPECT_NEAR(accuracy(series, "ridge", {{"error_window", Duration{4 * 168h}}}, 1).coverage, 0.95, 0.03);
  EXPECT_NEAR(accuracy(series, "seasonal_naive", kWeek, 1).coverage, 0.95, 0.03);
}

}  // namespace
}  // namespace windtunnel::test
