#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "models/forecast/forecaster.hpp"
#include "sim/random/math.hpp"
#include "sim/random/stream.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel::test {

inline constexpr Duration kStep = std::chrono::minutes{1};

// A forecaster by name, for values a minute apart.
inline std::unique_ptr<Forecaster> made(std::string_view type, const Fields& fields = {}, Duration step = kStep) {
  const auto params = chosen<ForecasterParams>(type, fields);
  Found found;
  params->check_step(step, found);
  EXPECT_TRUE(found.errors.empty()) << found.errors.front();
  return params->make(step);
}

inline void observe(Forecaster& forecaster, const std::vector<double>& values) {
  for (const double value : values) forecaster.observe(value);
}

inline std::vector<double> means_ahead(const Forecaster& forecaster, std::int64_t steps) {
  std::vector<double> out;
  for (std::int64_t h = 1; h <= steps; ++h) out.push_back(forecaster.ahead(h).mean);
  return out;
}

inline double normal(Stream& words) { return normal_quantile(words.uniform()); }

}  // namespace windtunnel::test
