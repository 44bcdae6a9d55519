// Advice on requests: the recommender's figures, and what they would change.

#include "models/vertical_autoscaler/right_sizing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kGi = 1024.0 * 1024 * 1024;

Resources requests(std::optional<double> cores, std::optional<double> bytes) {
  Resources out;
  if (cores) out.requests.cpu = Cpu{*cores};
  if (bytes) out.requests.memory = Bytes{*bytes};
  return out;
}

// Two instances of constant use for two hours, in a run that bills 3 USD.
SizingBooks constant_use(const Resources& resources, double cores, double bytes,
                         const VerticalAutoscalerParams& autoscaler = {}) {
  SizingBooks books("s", resources, autoscaler);
  for (Time at{}; at <= 2h; at += SizingBooks::kPeriod)
    for (const std::uint32_t container : {0u, 1u}) {
      books.cpu(at, cores);
      if (bytes > 0) books.memory(container, at, bytes);
    }
  books.replication_ends(2, 3.0);
  return books;
}

// A constant load gets the end of its bucket and 15 %: of the buckets' published starts 1 core lies below 1.016281,
// half a one below 0.511135, a tenth below 0.110266, and 1e9 bytes below 1.016281e9.
TEST(RightSizing, GivesAConstantLoadItsBucketsEndAndTheMargin) {
  struct Row {
    double cores, end;
  };
  for (const Row& row : {Row{1, 1.016281}, Row{0.5, 0.511135}, Row{0.1, 0.110266}, Row{2, 2.093480}}) {
    const Sizing advice = constant_use(requests(4, {}), row.cores, 0).advice().value();
    EXPECT_EQ(advice.cpu->recommended, std::ceil(row.end * 1.15 * 1000) / 1000) << row.cores;
    EXPECT_NEAR(advice.cpu->spare, 2 * (4 - advice.cpu->recommended), 1e-12);
    for (const double used : {advice.cpu->p50, advice.cpu->p95, advice.cpu->p99, advice.cpu->peak})
      EXPECT_NEAR(used, row.cores, 1e-9);
    EXPECT_FALSE(advice.memory);
  }
  const Sizing advice = constant_use(requests({}, 4 * kGi), 1, 1e9).advice().value();
  EXPECT_NEAR(advice.memory->recommended, 1.016281e9 * 1.15, 1e4);
  EXPECT_EQ(advice.memory->peak, 1e9);
  EXPECT_FALSE(advice.cpu);
}

// 1.169 of 4 cores and 1.0885 of 2 GiB: memory shrinks least, and the bill with it.
TEST(RightSizing, SavesAsMuchAsTheResourceThatShrinksLeast) {
  const Sizing advice = constant_use(requests(4, 2 * kGi), 1, 1e9).advice().value();
  EXPECT_EQ(advice.priced_by, "memory");
  EXPECT_NEAR(*advice.saved, 3 * (1 - 1.016281e9 * 1.15 / (2 * kGi)), 1e-4);
  EXPECT_THAT(advice.sentences("USD"),
              ElementsAre("cpu: 4000m requested, 1000m used at p50, 1000m at p99, 1000m at most; the VPA would request "
                          "1169m, 5.66 cores less over 2 instances",
                          "memory: 2048Mi requested, 954Mi used at p50, 954Mi at p99, 954Mi at most; the VPA would "
                          "request 1115Mi, 1.82 GiB less over 2 instances",
                          "cost: 1.37 USD less than the 3 of the run, with as many instances, if the price of one "
                          "goes with its memory, which shrinks least"));
}

TEST(RightSizing, SaysWhatIsMissing) {
  const Sizing advice = constant_use(requests(0.5, {}), 1, 0).advice().value();
  EXPECT_NEAR(advice.cpu->spare, 2 * (0.5 - 1.169), 1e-12);
  EXPECT_NEAR(*advice.saved, 3 * (1 - 1.169 / 0.5), 1e-12);
  EXPECT_THAT(advice.sentences("EUR"),
              ElementsAre("cpu: 500m requested, 1000m used at p50, 1000m at p99, 1000m at most; the VPA would request "
                          "1169m, 1.34 cores more over 2 instances",
                          "cost: 4.01 EUR more than the 3 of the run, with as many instances, if the price of one "
                          "goes with its cpu"));
}

// 1.169 cores are 10 % less than 1.2989.
TEST(RightSizing, IsSilentWithinATenth) {
  EXPECT_FALSE(constant_use(requests(1.298, {}), 1, 0).advice()->off());
  EXPECT_THAT(constant_use(requests(1.298, {}), 1, 0).advice()->sentences("USD"), IsEmpty());
  EXPECT_TRUE(constant_use(requests(1.3, {}), 1, 0).advice()->off());
  EXPECT_FALSE(constant_use(requests(1.063, {}), 1, 0).advice()->off());
  EXPECT_TRUE(constant_use(requests(1.062, {}), 1, 0).advice()->off());
}

// 25m and 250Mi at least: less may be asked for, more is too much as ever.
TEST(RightSizing, DoesNotAskForTheRecommendersLeast) {
  EXPECT_FALSE(constant_use(requests(0.02, {}), 0.001, 0).advice()->off());
  EXPECT_TRUE(constant_use(requests(0.03, {}), 0.001, 0).advice()->off());
  EXPECT_FALSE(constant_use(requests({}, kGi / 8), 0.1, 2e7).advice()->off());
  EXPECT_TRUE(constant_use(requests({}, kGi), 0.1, 2e7).advice()->off());
}

// Half a core in one replication, a whole one in the other: the 90th percentile is the whole one's.
TEST(RightSizing, TakesAllReplicationsTogether) {
  SizingBooks books = constant_use(requests(4, {}), 0.5, 0);
  SizingBooks other("s", requests(4, {}), {});
  for (Time at{}; at <= 2h; at += SizingBooks::kPeriod) other.cpu(at, 1);
  other.replication_ends(1, 1.0);
  books.merge(other);
  const Sizing advice = books.advice().value();
  EXPECT_EQ(advice.cpu->recommended, 1.169);
  EXPECT_NEAR(advice.cpu->p50, 0.5, 0.5 * 0.004);  // within its bucket
  EXPECT_NEAR(advice.cpu->peak, 1, 1e-9);
  EXPECT_EQ(advice.instances, 1.5);
  EXPECT_EQ(advice.cost, 2);
  EXPECT_NEAR(advice.cpu->spare, 1.5 * (4 - 1.169), 1e-12);
}

// A container killed with 1 GiB is taken to need a fifth more.
TEST(RightSizing, CountsKillsForWantOfMemory) {
  SizingBooks books = constant_use(requests({}, kGi), 0.1, 0.9 * kGi);
  for (const std::uint32_t container : {0u, 1u}) books.out_of_memory(container, 2h);
  const vpa::UsageHistogram h = vpa::UsageHistogram::of_memory(24h);
  EXPECT_EQ(books.advice()->memory->recommended, std::ceil(h.start_of(h.bucket_of(1.2 * kGi) + 1) * 1.15 - 1e-6));
}

TEST(RightSizing, GoesByTheServicesOwnFlagsAndPolicy) {
  VerticalAutoscalerParams own;
  own.recommender.safety_margin = Share{0};
  EXPECT_EQ(constant_use(requests(4, {}), 1, 0, own).advice()->cpu->recommended, 1.017);
  own.spec.resources.containers.push_back({});
  own.spec.resources.containers[0].min_allowed.cpu = Cpu{3};
  EXPECT_EQ(constant_use(requests(4, {}), 1, 0, own).advice()->cpu->recommended, 3);
  own.spec.resources.containers[0].mode = vpa::ContainerPolicy::Mode::kOff;
  EXPECT_FALSE(constant_use(requests(4, {}), 1, 0, own).advice());
}

TEST(RightSizing, SaysNothingOfWhatNobodySaw) {
  SizingBooks books("s", requests(4, kGi), {});
  books.replication_ends(2, 3.0);
  EXPECT_FALSE(books.advice());
}

}  // namespace
}  // namespace windtunnel
