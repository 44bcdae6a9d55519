#include "models/startup/startup.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using test::chosen;
using test::Fields;

Choice<Phase> pull(double cached) {
  return chosen<Phase>("pull",
                       {{"image", Bytes{420e6}}, {"bandwidth", ByteRate{80e6}}, {"cached_on_node", Share{cached}}});
}
Choice<Phase> boot(double seconds) {
  return chosen<Phase>("boot", {{"time", Fields{{"type", "constant"}, {"value", seconds}}}});
}
Choice<Phase> warm(int requests, double slowdown) {
  return chosen<Phase>("warm", {{"requests", requests}, {"slowdown", slowdown}});
}

std::size_t words_taken(const Choice<Phase>& phase, Stream& stream) {
  Stream twin = stream;
  phase->draw(stream);
  Stream after = stream;
  const std::uint64_t next = after.next();
  std::size_t taken = 0;
  while (twin.next() != next) ++taken;
  return taken;
}

TEST(Startup, WithoutPhasesIsReadyAtOnce) {
  Stream stream(1, "checkout/startup", 0);
  const PhaseEffect effect = draw_startup({}, stream);
  EXPECT_EQ(effect.delay_s, 0);
  EXPECT_EQ(effect.slow_requests, 0);
  EXPECT_EQ(effect.slowdown, 1);
}

TEST(Startup, AddsThePhasesUp) {
  Stream stream(1, "checkout/startup", 0);
  const PhaseEffect effect = draw_startup({Choice<Phase>::of("schedule"), pull(0), boot(3), warm(200, 2.5)}, stream);
  EXPECT_DOUBLE_EQ(effect.delay_s, 420.0 / 80.0 + 3);
  EXPECT_DOUBLE_EQ(effect.pending_s, 420.0 / 80.0);  // the process runs while it boots
  EXPECT_EQ(effect.slow_requests, 200);
  EXPECT_EQ(effect.slowdown, 2.5);
}

TEST(Schedule, TakesNoTimeUnlessToldTo) {
  Stream stream(1, "checkout/startup", 0);
  EXPECT_EQ(Choice<Phase>::of("schedule")->draw(stream).delay_s, 0);
  EXPECT_EQ(Choice<Phase>::of("schedule")->mean_delay_s(), 0);
}

TEST(Pull, FindsTheImageOnTheNodeAsOftenAsStated) {
  Stream stream(1, "checkout/startup", 0);
  const Choice<Phase> phase = pull(0.7);
  constexpr int kStarts = 100'000;
  int transfers = 0;
  for (int i = 0; i < kStarts; ++i) {
    const double delay = phase->draw(stream).delay_s;
    EXPECT_TRUE(delay == 0 || delay == 5.25);
    transfers += delay > 0 ? 1 : 0;
  }
  EXPECT_NEAR(transfers, 0.3 * kStarts, 6 * std::sqrt(0.3 * 0.7 * kStarts));
  EXPECT_NEAR(phase->mean_delay_s(), 0.3 * 5.25, 1e-12);
}

TEST(Boot, DrawsFromItsDistribution) {
  Stream stream(1, "checkout/startup", 0);
  const auto phase = chosen<Phase>("boot", {{"time", Fields{{"type", "exponential"}, {"mean", 3.0}}}});
  constexpr int kStarts = 100'000;
  double sum = 0;
  for (int i = 0; i < kStarts; ++i) sum += phase->draw(stream).delay_s;
  EXPECT_NEAR(sum / kStarts, 3, 6 * 3 / std::sqrt(double{kStarts}));
  EXPECT_DOUBLE_EQ(phase->mean_delay_s(), 3);
}

TEST(Startup, EveryPhaseTakesAFixedNumberOfWords) {
  Stream stream(1, "checkout/startup", 0);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(words_taken(Choice<Phase>::of("schedule"), stream), 1U);
    EXPECT_EQ(words_taken(pull(0), stream), 1U);
    EXPECT_EQ(words_taken(pull(0.5), stream), 1U);
    EXPECT_EQ(words_taken(pull(1), stream), 1U);
    EXPECT_EQ(words_taken(boot(2), stream), 1U);
    EXPECT_EQ(words_taken(warm(10, 2), stream), 0U);
  }
}

}  // namespace
}  // namespace windtunnel
