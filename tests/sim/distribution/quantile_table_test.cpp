#include "sim/distribution/quantile_table.hpp"

#include <gtest/gtest.h>

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <vector>

#include "sim/distribution/gamma_quantile.hpp"
#include "sim/random/stream.hpp"

namespace windtunnel {
namespace {

// Words all over (0, 1) and in both tails down to 2^-53.
std::vector<std::uint64_t> words() {
  Stream stream(2, "quantiles", 0);
  std::vector<std::uint64_t> out;
  for (int i = 0; i < 40000; ++i) {
    std::uint64_t word = stream.next();
    if (i % 2 == 1) word >>= stream.below(50);
    if (i % 4 == 3) word = ~word;
    out.push_back(word);
  }
  return out;
}

TEST(QuantileTable, NormalQuantilesAgreeWithBoost) {
  for (const std::uint64_t word : words()) {
    const double u = Stream::to_unit(word);
    const double exact = u < 0.5 ? -std::sqrt(2.0) * boost::math::erfc_inv(2 * u)
                                 : std::sqrt(2.0) * boost::math::erfc_inv(2 * Stream::to_unit(~word));
    double z = 0;
    QuantileTable::normal().apply(&word, 1, 0, &z, 1);
    ASSERT_NEAR(z, exact, 1e-7) << u;
  }
}

// Of the value itself: 3e-7 of it down to a millionth of the mean, 2e-6 below.
TEST(QuantileTable, GammaQuantilesAgreeWithBoost) {
  const std::vector<std::uint64_t> all = words();
  for (const double cv : {0.01, 0.1, 0.5, 1.0, 1.5, 3.0, 10.0, 100.0}) {
    const double shape = 1 / (cv * cv);
    const QuantileTable table = gamma_log_quantiles(shape);
    for (const std::uint64_t word : all) {
      const double u = Stream::to_unit(word);
      if (std::log(u) / shape < -500) continue;  // Boost's result would underflow
      const double exact =
          (u < 0.5 ? boost::math::gamma_p_inv(shape, u) : boost::math::gamma_q_inv(shape, Stream::to_unit(~word))) /
          shape;
      double log_x = 0;
      table.apply(&word, 1, 0, &log_x, 1);
      ASSERT_NEAR(std::exp(log_x) / exact, 1, exact > 1e-6 ? 3e-7 : 2e-6) << "cv " << cv << " u " << u;
    }
  }
}

TEST(GammaTableCache, MakesATableOncePerShape) {
  GammaTableCache cache;
  const auto first = cache.get(2);
  EXPECT_EQ(cache.get(2), first);
  EXPECT_NE(cache.get(3), first);
  const GammaTableCache copy = cache;
  EXPECT_NE(copy.get(3), cache.get(3));
}

}  // namespace
}  // namespace windtunnel
