#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/format/explanation.hpp"
#include "cli/output_folder.hpp"
#include "cli/saved_result.hpp"
#include "cli/verbs.hpp"
#include "tests/cli/sample.hpp"

namespace windtunnel::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Decision scaling(double time, std::int64_t before, std::int64_t after, std::optional<std::int64_t> recommendation,
                 std::vector<Ruling> rules, const char* service = "shop") {
  Decision d;
  d.time_s = time;
  d.service = service;
  d.kind = before == after ? "hold" : after > before ? "scale_up" : "scale_down";
  d.sentence = (before == after ? "stays at " + std::to_string(after)
                                : std::to_string(before) + " -> " + std::to_string(after)) +
               ": cpu 95 % of request, target 60 %, 2 of 2 pods ready";
  d.inputs = {{"current_replicas", static_cast<double>(before)},
              {"metric_0_ratio", 1.5833},
              {"metric_0_target", 60},
              {"metric_0_utilization", 95},
              {"work_per_request_s", 0.02}};
  d.scaling = Scaling{before, after, {recommendation, std::move(rules)}};
  return d;
}

// sample() with reasons: 2 -> 4 at 300 s, held at 4 from 330 s on, 4 -> 3 at 400 s; another service that does nothing.
Result reasoned() {
  Result r = sample();
  ServiceResult& cart = r.services.emplace_back();
  cart.name = "cart";
  r.decisions = {{290, "", "fault", "zone b is gone: 2 instances lost", {}},
                 scaling(300, 2, 4, 5, {{"maxReplicas", 5, 4}}),
                 {305, "shop", "instance_ready", "instance 5 is ready", {}},
                 scaling(330, 4, 4, 1, {{"stabilization window", 1, 4}}),
                 scaling(400, 4, 3, 1, {{"stabilization window", 1, 2}, {"scaleDown Pods 1/60s", 2, 3}})};
  r.series[0].columns.push_back({"replicas_desired", "count", std::vector<double>(60, 7)});
  return r;
}

std::vector<double> times(const Explanation& e) {
  std::vector<double> out;
  for (const Decision* d : e.decisions) out.push_back(d->time_s);
  return out;
}

std::string refusal(const Result& result, const Question& question) {
  try {
    explain(result, question);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Explain, TellsScalingDecisionsInOrder) {
  const Result r = reasoned();
  EXPECT_THAT(times(explain(r, {})), ElementsAre(300, 330, 400));
  EXPECT_THAT(times(explain(r, {.all = true})), ElementsAre(290, 300, 305, 330, 400));
  EXPECT_THAT(times(explain(r, {.service = "cart"})), ElementsAre());
}

TEST(Explain, WhatHappenedToEverybodyBelongsToEachService) {
  EXPECT_THAT(times(explain(reasoned(), {.service = "cart", .all = true})), ElementsAre(290));
}

TEST(Explain, BothEndsOfASpanAreInIt) {
  const Result r = reasoned();
  EXPECT_THAT(times(explain(r, {.from_s = 300, .to_s = 330})), ElementsAre(300, 330));
  EXPECT_THAT(times(explain(r, {.from_s = 330.5})), ElementsAre(400));
  EXPECT_THAT(times(explain(r, {.to_s = 299})), ElementsAre());
}

TEST(Explain, WhyThenIsTheLastDecisionUntilThen) {
  const Result r = reasoned();
  const auto answer = [&](double at) { return explain(r, {.service = "shop", .at_s = at}).answers.at(0); };
  EXPECT_EQ(answer(299).decision, nullptr);
  EXPECT_EQ(answer(299).next->time_s, 300);
  EXPECT_EQ(answer(300).decision->time_s, 300);
  EXPECT_EQ(answer(399).decision->time_s, 330);
  EXPECT_EQ(answer(600).decision->time_s, 400);
  EXPECT_EQ(answer(600).next, nullptr);
}

TEST(Explain, WhyThenHasTheStateOfTheLastPointOfTheSeries) {
  const Result r = reasoned();
  const auto answer = [&](double at) { return explain(r, {.service = "shop", .at_s = at}).answers.at(0); };
  // sample(): two are ready until the point at 300 s, eight from the one at 310 s on.
  EXPECT_EQ(answer(309).point_s, 300);
  EXPECT_EQ(answer(309).ready, 2);
  EXPECT_EQ(answer(310).ready, 8);
  EXPECT_EQ(answer(310).asked_for, 7);
  EXPECT_EQ(answer(-5).ready, std::nullopt);
}

TEST(Explain, WhyThenAsksEveryService) {
  const Explanation e = explain(reasoned(), {.at_s = 350});
  ASSERT_EQ(e.answers.size(), 2U);
  EXPECT_EQ(e.answers[0].service, "shop");
  EXPECT_EQ(e.answers[1].service, "cart");
  EXPECT_EQ(e.answers[1].decision, nullptr);
}

TEST(Explain, RefusesWhatTheRunDoesNotHaveAndSaysWhatFits) {
  const Result r = reasoned();
  EXPECT_EQ(refusal(r, {.service = "shp"}), "the run has no service \"shp\"; it has shop, cart");
  EXPECT_EQ(refusal(r, {.at_s = 601}), "--at is 10m1s, and the run goes from -1m to 10m");
  EXPECT_EQ(refusal(r, {.from_s = -61}), "--from is -1m1s, and the run goes from -1m to 10m");
  EXPECT_EQ(refusal(r, {.from_s = 20, .to_s = 10}), "--from, 20s, is after --to, 10s");
  EXPECT_EQ(refusal(r, {.at_s = -60}), "");
}

TEST(ExplanationText, TellsWhatWasSeenWantedRuledAndDone) {
  const Result r = reasoned();
  const std::string text = explanation_text(r, explain(r, {.service = "shop", .from_s = 400}), false);
  EXPECT_THAT(text, HasSubstr("shop, flash sale\n10m after a warm-up of 1m · seed 7\n"));
  EXPECT_THAT(text, HasSubstr("From 6m40s to 10m: 0 up, 1 down, 0 held\n"));
  EXPECT_THAT(text, HasSubstr("  6m40s  shop: 4 -> 3: cpu 95 % of request, target 60 %, 2 of 2 pods ready\n"
                              "         saw      ratio 1.58, target 60 %, utilization 95 %, work per\n"
                              "                  request 20 ms\n"
                              "         wanted   1 replica\n"
                              "         rules    stabilization window 1 -> 2; scaleDown Pods 1/60s 2 -> 3\n"
                              "         result   4 -> 3 replicas\n"));
}

TEST(ExplanationText, AnswersWhyThen) {
  const Result r = reasoned();
  const std::string text = explanation_text(r, explain(r, {.at_s = 355}), false);
  EXPECT_THAT(text, HasSubstr("\nshop at 5m55s: 4 replicas asked for, 8 ready (at 5m50s)\n  5m30s  stays at 4: cpu"));
  EXPECT_THAT(text, HasSubstr("result   4 replicas, as before\n  6m40s  next: 4 -> 3: cpu"));
  EXPECT_THAT(text, HasSubstr("\ncart at 5m55s\n  Nobody had decided anything by then"));
}

TEST(ExplanationText, StaysWithinEightyColumns) {
  const Result r = reasoned();
  for (const Question& q : {Question{.all = true}, Question{.at_s = 500}}) {
    std::istringstream lines(explanation_text(r, explain(r, q), false));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80U) << line;
  }
}

TEST(ExplanationText, SaysWhenNothingWasDecided) {
  const Result r = reasoned();
  EXPECT_THAT(explanation_text(r, explain(r, {.to_s = 10}), false), HasSubstr("Nothing was decided from -1m to 10s."));
}

TEST(ExplanationText, SaysThatNoRecommendationWasToBeHad) {
  Result r = reasoned();
  r.decisions = {scaling(10, 2, 2, std::nullopt, {})};
  EXPECT_THAT(explanation_text(r, explain(r, {}), false),
              AllOf(HasSubstr("wanted   nothing: what it saw allows no recommendation"),
                    HasSubstr("rules    none changed that")));
}

TEST(ExplanationJson, HasUnitsWhereTheyAreKnownAndEveryRule) {
  const Result r = reasoned();
  const json j = json::parse(explanation_json(r, explain(r, {.from_s = 400})));
  EXPECT_EQ(j["windtunnel_explanation"], 1);
  EXPECT_EQ(j["from_s"], 400);
  ASSERT_EQ(j["decisions"].size(), 1U);
  const json& d = j["decisions"][0];
  EXPECT_EQ(d["recommendation"], 1);
  EXPECT_EQ(d["rules"], (json::array({{{"rule", "stabilization window"}, {"before", 1}, {"after", 2}},
                                      {{"rule", "scaleDown Pods 1/60s"}, {"before", 2}, {"after", 3}}})));
  EXPECT_EQ(d["replicas"], (json{{"before", 4}, {"after", 3}}));
  EXPECT_EQ(d["seen"][1], (json{{"name", "metric_0_ratio"}, {"value", 1.5833}, {"unit", nullptr}}));
  EXPECT_EQ(d["seen"][2]["unit"], "%");
  EXPECT_EQ(d["seen"][4]["unit"], "s");
}

TEST(ExplanationJson, AnswersWhyThenWithNullForWhatIsNot) {
  const Result r = reasoned();
  const json j = json::parse(explanation_json(r, explain(r, {.at_s = 355})));
  EXPECT_EQ(j["at_s"], 355);
  EXPECT_EQ(j["answers"][0]["decision"]["time_s"], 330);
  EXPECT_EQ(j["answers"][0]["next_s"], 400);
  EXPECT_EQ(j["answers"][0]["state"], (json{{"time_s", 350}, {"replicas_desired", 7}, {"replicas_ready", 8}}));
  EXPECT_TRUE(j["answers"][1]["decision"].is_null());
  EXPECT_TRUE(j["answers"][1]["state"]["replicas_ready"].is_null());
}

TEST(ExplanationMarkdown, HasARowPerDecision) {
  const Result r = reasoned();
  const std::string text = explanation_markdown(r, explain(r, {}));
  EXPECT_THAT(text, HasSubstr("| 5m | shop | 5 | maxReplicas 5 -> 4 | 2 -> 4 | 2 -> 4: cpu 95 %"));
  EXPECT_THAT(text, Not(HasSubstr("zone b")));
}

// --- what was saved, read again

class Saved : public testing::Test {
 protected:
  Saved() { fs::create_directories(folder_); }
  ~Saved() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  std::string refusal(const fs::path& path) const {
    try {
      read_saved_result(path);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }
  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      (std::string("windtunnel-explain-") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Saved, IsToldAsTheRunItself) {
  const Result r = reasoned();
  const std::string told = explanation_text(r, explain(r, {.all = true}), false);
  write_output_folder(folder_ / "run", r, "{}\n", "");
  const Result folder = read_saved_result(folder_ / "run");
  EXPECT_EQ(explanation_text(folder, explain(folder, {.all = true}), false), told);
  write("run.json", format_json(r));
  const Result file = read_saved_result(folder_ / "run.json");
  EXPECT_EQ(explanation_text(file, explain(file, {.all = true}), false), told);
  EXPECT_EQ(explanation_json(file, explain(file, {.at_s = 355})), explanation_json(r, explain(r, {.at_s = 355})));
}

TEST_F(Saved, NumbersThatJsonDoesNotHaveComeBackAsNone) {
  Result r = reasoned();
  r.decisions[1].inputs["metric_0_ratio"] = kNothing;
  write("run.json", format_json(r));
  EXPECT_TRUE(std::isnan(read_saved_result(folder_ / "run.json").decisions.at(1).inputs.at("metric_0_ratio")));
}

TEST_F(Saved, WhatIsNoResultIsRefusedByName) {
  EXPECT_THAT(refusal(folder_ / "nowhere"), AllOf(HasSubstr("there is no "), HasSubstr("nowhere")));
  EXPECT_THAT(refusal(folder_), HasSubstr("holds no summary.json"));
  write("scenario.json", R"({"windtunnel": 1})");
  EXPECT_THAT(refusal(folder_ / "scenario.json"), HasSubstr("it has no \"windtunnel_result\""));
  write("list.json", "[]");
  EXPECT_THAT(refusal(folder_ / "list.json"), HasSubstr("it has no \"windtunnel_result\""));
  write("later.json", R"({"windtunnel_result": 2})");
  EXPECT_THAT(refusal(folder_ / "later.json"), HasSubstr("is 2, and 1 fits"));
  write("half.json", R"({"windtunnel_result": 1, "version")");
  EXPECT_THAT(refusal(folder_ / "half.json"), HasSubstr("half.json is no result of windtunnel run"));
  write("less.json", R"({"windtunnel_result": 1, "version": "0.1.0"})");
  EXPECT_THAT(refusal(folder_ / "less.json"), HasSubstr("'scenario' not found"));
}

}  // namespace
}  // namespace windtunnel::cli
