#include "fingerprint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel {
namespace {

Result some_result() {
  Result result;
  ServiceResult service;
  service.name = "shop";
  service.arrived = 3;
  service.outcomes = {2, 1, 0, 0, 0, 0, 0};
  service.latency.record(1'000'000);
  service.latency.record(5'000'000);
  result.services.push_back(service);
  Decision decision;
  decision.time_s = 1.5;
  decision.service = "shop";
  decision.kind = "scale_up";
  decision.sentence = "1 -> 2";
  result.decisions.push_back(decision);
  Series series;
  series.service = "shop";
  series.columns = {{"replicas_ready", "count", {1, 2}}};
  result.series.push_back(series);
  return result;
}

std::vector<std::string> what_changed(const Result& changed) {
  const Fingerprint before = fingerprint(some_result()), after = fingerprint(changed);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < Fingerprint::kParts; ++i)
    if (before.parts[i] != after.parts[i]) parts.emplace_back(Fingerprint::kPartNames[i]);
  return parts;
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Fingerprint, TellsWhichPartOfAResultChanged) {
  Result result = some_result();
  result.services[0].outcomes = {1, 2, 0, 0, 0, 0, 0};
  EXPECT_THAT(what_changed(result), ElementsAre("counts"));

  result = some_result();
  result.services[0].latency.record(1'000'000);
  EXPECT_THAT(what_changed(result), ElementsAre("latency"));

  result = some_result();
  result.decisions[0].time_s += 1e-9;
  EXPECT_THAT(what_changed(result), ElementsAre("decisions"));

  result = some_result();
  result.series[0].columns[0].values[1] = 3;
  EXPECT_THAT(what_changed(result), ElementsAre("replicas"));
}

TEST(Fingerprint, IgnoresHolds) {
  Result result = some_result();
  Decision hold;
  hold.kind = "hold";
  hold.service = "shop";
  result.decisions.push_back(hold);
  EXPECT_THAT(what_changed(result), IsEmpty());
}

TEST(Fingerprint, IgnoresTheLastBitsOfRealNumbersAndTheWordingOfSentences) {
  Result result = some_result();
  result.decisions[0].time_s += 1e-13;
  result.decisions[0].sentence = "from 1 to 2";
  result.series[0].columns[0].values[1] += 1e-12;
  EXPECT_THAT(what_changed(result), IsEmpty());
}

TEST(Fingerprint, IsFnv1aOfTheEmptyInputForAnEmptyResult) {
  // The offset basis of 64-bit FNV-1a, as published by Fowler, Noll and Vo.
  EXPECT_EQ(to_hex(fingerprint(Result{}).parts[0]), "cbf29ce484222325");
}

}  // namespace
}  // namespace windtunnel
