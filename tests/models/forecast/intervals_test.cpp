// Each method is given series from the very process it assumes: then 95 % of the values must fall within 1.96 standard
// errors, at every horizon. The processes are those of R. J. Hyndman et al., Forecasting with Exponential Smoothing,
// chapter 6; errors are normal.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tests/models/forecast/series.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;

struct Process {
  const char* name;
  const char* type;
  Fields fields;
  std::function<std::vector<double>(Stream&, std::size_t)> values;
};

constexpr int kSeries = 400, kSeen = 600;
constexpr std::int64_t kHorizons[] = {1, 3, 12, 30};

std::vector<double> walk(Stream& words, std::size_t n, double drift) {
  std::vector<double> y;
  double level = 100;
  for (std::size_t t = 0; t < n; ++t) y.push_back(level += drift + normal(words));
  return y;
}

// Level, trend and season moved by one error, as additive exponential smoothing assumes.
std::vector<double> smooth(Stream& words, std::size_t n, double alpha, double beta, double phi, double gamma,
                           std::vector<double> season) {
  std::vector<double> y;
  double level = 100, trend = 0;
  for (std::size_t t = 0; t < n; ++t) {
    double& s = season[t % season.size()];
    const double e = normal(words);
    y.push_back(level + phi * trend + s + e);
    level += phi * trend + alpha * e;
    trend = phi * trend + alpha * beta * e;
    s += gamma * (1 - alpha) * e;
  }
  return y;
}

std::vector<Process> processes() {
  return {
      {"naive", "naive", {}, [](Stream& w, std::size_t n) { return walk(w, n, 0); }},
      {"drift", "drift", {}, [](Stream& w, std::size_t n) { return walk(w, n, 0.3); }},
      {"exponential_smoothing",
       "exponential_smoothing",
       {{"alpha", 0.3}},
       [](Stream& w, std::size_t n) { return smooth(w, n, 0.3, 0, 1, 0, {0}); }},
      {"holt",
       "holt",
       {{"alpha", 0.4}, {"beta", 0.2}, {"phi", 1.0}},
       [](Stream& w, std::size_t n) { return smooth(w, n, 0.4, 0.2, 1, 0, {0}); }},
      {"damped_holt",
       "holt",
       {{"alpha", 0.4}, {"beta", 0.5}, {"phi", 0.9}},
       [](Stream& w, std::size_t n) { return smooth(w, n, 0.4, 0.5, 0.9, 0, {0}); }},
      {"holt_winters",
       "holt_winters",
       {{"period", Duration{12min}}, {"alpha", 0.3}, {"beta", 0.05}, {"gamma", 0.4}},
       [](Stream& w, std::size_t n) {
         return smooth(w, n, 0.3, 0.05, 1, 0.4, {9, 8, 6, 3, 0, -4, -8, -9, -7, -3, 1, 4});
       }},
      {"seasonal_naive",
       "seasonal_naive",
       {{"period", Duration{12min}}},
       [](Stream& w, std::size_t n) {
         std::vector<double> y;
         for (std::size_t t = 0; t < n; ++t) y.push_back((t < 12 ? 100 : y[t - 12]) + normal(w));
         return y;
       }},
      {"ridge",
       "ridge",
       {{"last_values", 2}, {"seasons", Items{}}, {"penalty", 0.0}},
       [](Stream& w, std::size_t n) {
         std::vector<double> y = {50, 50};
         while (y.size() < n + 100) y.push_back(20 + 1.2 * y[y.size() - 1] - 0.6 * y[y.size() - 2] + normal(w));
         return std::vector<double>(y.begin() + 100, y.end());
       }},
  };
}

class Intervals : public ::testing::TestWithParam<Process> {};
INSTANTIATE_TEST_SUITE_P(Of, Intervals, ::testing::ValuesIn(processes()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(Intervals, HoldNineteenInTwentyValues) {
  for (const std::int64_t h : kHorizons) {
    int within = 0;
    for (int i = 0; i < kSeries; ++i) {
      Stream words(3, GetParam().name, static_cast<std::uint64_t>(i));
      const auto series = GetParam().values(words, kSeen + 30);
      const auto forecaster = made(GetParam().type, GetParam().fields);
      observe(*forecaster, {series.begin(), series.begin() + kSeen});
      const Forecast forecast = forecaster->ahead(h);
      const double error = series[kSeen + static_cast<std::size_t>(h) - 1] - forecast.mean;
      within += std::abs(error) <= 1.96 * forecast.standard_error ? 1 : 0;
    }
    // Binomial with p = 0.95: four standard deviations.
    const double allowed = 4 * std::sqrt(0.95 * 0.05 / kSeries);
    EXPECT_NEAR(static_cast<double>(within) / kSeries, 0.95, allowed) << "horizon " << h;
  }
}

}  // namespace
}  // namespace windtunnel::test
