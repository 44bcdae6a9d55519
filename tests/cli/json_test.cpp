#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/format/format.hpp"
#include "tests/cli/sample.hpp"

namespace windtunnel::cli {
namespace {

using nlohmann::json;

TEST(Json, SaysWhatItIsAndWhatItCameFrom) {
  const json j = json::parse(format_json(sample()));
  EXPECT_EQ(j["windtunnel_result"], 1);
  EXPECT_EQ(j["version"], "0.1.0");
  EXPECT_EQ(j["scenario"], "shop, flash sale");
  EXPECT_EQ(j["scenario_hash"], "00112233445566ff");
  EXPECT_EQ(j["seed"], 7);
  EXPECT_EQ(j["verdict"], "missed");
}

TEST(Json, BeginsWithItsVersionSoThatAFolderOfResultsIsRecognised) {
  EXPECT_EQ(format_json(sample()).rfind("{\n  \"windtunnel_result\": 1,", 0), 0U);
}

TEST(Json, MetricsAreComplete) {
  const Result r = replicated_sample();
  const json j = json::parse(format_json(r));
  ASSERT_EQ(j["metrics"].size(), r.metrics.size());
  const json& m = j["metrics"]["shop.latency.p99"];
  EXPECT_EQ(m["unit"], "s");
  EXPECT_EQ(m["n"], 5);
  EXPECT_EQ(m["mean"].get<double>(), r.find_metric("shop.latency.p99")->estimate.mean);
  EXPECT_EQ(m["half_width_95"].get<double>(), r.find_metric("shop.latency.p99")->estimate.half_width_95);
  EXPECT_EQ(m["values"].get<std::vector<double>>(), std::vector<double>(5, 0.2873));
}

TEST(Json, WhatDoesNotExistIsNull) {
  const json j = json::parse(format_json(sample()));
  EXPECT_TRUE(j["metrics"]["shop.nothing"]["mean"].is_null());
  EXPECT_TRUE(j["metrics"]["shop.nothing"]["values"][0].is_null());
  EXPECT_TRUE(j["series"][0]["columns"][2]["values"][5].is_null());
  Result empty;
  empty.services.emplace_back();
  const json k = json::parse(format_json(empty));
  EXPECT_TRUE(k["verdict"].is_null());
  EXPECT_TRUE(k["services"][0]["latency_s"]["p99"].is_null());
  EXPECT_EQ(k["services"][0]["latency_s"]["count"], 0);
}

TEST(Json, NumbersReadBackToTheSameBits) {
  Result r;
  const std::vector<double> values = {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 1e21, 123456789.123456789, -0.0};
  r.metrics.push_back({"m", "s", values, {}});
  EXPECT_EQ(json::parse(format_json(r))["metrics"]["m"]["values"].get<std::vector<double>>(), values);
}

TEST(Json, ObjectivesUseWords) {
  const json j = json::parse(format_json(replicated_sample()))["objectives"];
  EXPECT_EQ(j[0]["verdict"], "met");
  EXPECT_EQ(j[0]["direction"], "below");
  EXPECT_EQ(j[1]["verdict"], "undecided");
  EXPECT_EQ(j[1]["direction"], "above");
  EXPECT_EQ(j[1]["limit"], 0.99);
  EXPECT_EQ(j[1]["estimate"]["n"], 5);
  EXPECT_EQ(j[1]["share_of_replications_met"], 0.6);
}

TEST(Json, ServicesShowAllOutcomesAndClassesTheOnesThatOccurred) {
  const json j = json::parse(format_json(sample()));
  EXPECT_EQ(j["services"][0]["outcomes"].size(), kOutcomes);
  EXPECT_EQ(j["services"][0]["outcomes"]["rejected_full"], 300);
  EXPECT_EQ(j["classes"][0]["outcomes"], (json{{"completed", 300}, {"timed_out", 45}}));
}

TEST(Json, HistogramsAreThereWhenAskedForAndHoldEveryRequest) {
  EXPECT_FALSE(json::parse(format_json(sample()))["services"][0].contains("latency_histogram"));
  const json j = json::parse(format_json(sample(), {.histograms = true}));
  std::uint64_t total = 0;
  for (const json& bucket : j["services"][0]["latency_histogram"]) {
    ASSERT_EQ(bucket.size(), 3U);
    EXPECT_LE(bucket[0].get<std::int64_t>(), bucket[1].get<std::int64_t>());
    total += bucket[2].get<std::uint64_t>();
  }
  EXPECT_EQ(total, 100U);
}

TEST(Json, SizingIsCompleteWhetherOffOrNot) {
  EXPECT_EQ(json::parse(format_json(sample()))["sizing"], json::array());
  const json sizing = json::parse(format_json(sized_sample()))["sizing"];
  ASSERT_EQ(sizing.size(), 2U);
  EXPECT_EQ(sizing[0]["service"], "shop");
  EXPECT_EQ(sizing[0]["instances"], 3.5);
  const json cpu = {{"requested", 1}, {"recommended", 0.5}, {"spare", 1.75}, {"p50", 0.2},
                    {"p95", 0.35},    {"p99", 0.4},         {"peak", 0.5}};
  EXPECT_EQ(sizing[0]["cpu_cores"], cpu);
  EXPECT_EQ(sizing[0]["memory_bytes"]["spare"], -1879048192);
  EXPECT_EQ(sizing[0]["cost"], 10);
  EXPECT_EQ(sizing[0]["saved"], -10);
  EXPECT_EQ(sizing[0]["priced_by"], "memory");
  EXPECT_EQ(sizing[0]["sentences"].size(), 3U);
  EXPECT_TRUE(sizing[1]["memory_bytes"].is_null());
  EXPECT_TRUE(sizing[1]["saved"].is_null());
  EXPECT_EQ(sizing[1]["sentences"], json::array());
}

TEST(Json, DecisionsComeALineEach) {
  std::istringstream lines(format_decisions_jsonl(sample()));
  std::vector<json> all;
  for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[1]["kind"], "scale_up");
  EXPECT_EQ(all[1]["time_s"], 300);
  EXPECT_EQ(all[1]["inputs"]["cpu"], 0.95);
}

TEST(Json, DecisionsOfControlLoopsHaveTheirDerivation) {
  Result r = sample();
  r.decisions[1].scaling = Scaling{2, 4, {5, {{"max_replicas", 5, 4}}}};
  r.decisions[3].scaling = Scaling{4, 8, {}};
  const json j = json::parse(format_json(r))["decisions"];
  EXPECT_FALSE(j[0].contains("scaling"));
  EXPECT_EQ(j[1]["scaling"], (json{{"before", 2},
                                   {"after", 4},
                                   {"recommendation", 5},
                                   {"rules", {{{"rule", "max_replicas"}, {"before", 5}, {"after", 4}}}}}));
  EXPECT_TRUE(j[3]["scaling"]["recommendation"].is_null());
  EXPECT_EQ(j[3]["scaling"]["rules"], json::array());
}

}  // namespace
}  // namespace windtunnel::cli
