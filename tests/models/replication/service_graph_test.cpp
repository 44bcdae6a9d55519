// Service graphs that become scenarios: what stands in them, and how often each service is visited in a run.

#include "models/scenario/service_graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "models/scenario/issue.hpp"
#include "models/topology/call_graph.hpp"
#include "models/workload/text_file.hpp"
#include "tests/models/replication/flight.hpp"
#include "tests/places.hpp"

namespace windtunnel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The front computes 4 times 50 digits (a quarter of 100 digits each) and sleeps 3 ms; then two threads call at once:
// "a" and, half of the time, "b"; and "c".
constexpr const char* kWorkmodel = R"({
  "front": {"internal_service": {"loader": {"cpu_stress": {"run": true, "range_complexity": [50, 50], "thread_pool_size": 2, "trials": 2},
                                            "sleep_stress": {"run": true, "sleep_time": 0.003}}},
            "external_services": [{"seq_len": 100, "services": ["a", "b"], "probabilities": {"b": 0.5}},
                                  {"seq_len": 1, "services": ["c"]}],
            "workers": 2, "threads": 8, "cpu-requests": "100m"},
  "a": {"internal_service": {"loader": {"cpu_stress": {"run": true, "range_complexity": [100, 100], "trials": 5}}},
        "external_services": [{"seq_len": 1, "services": ["c", "d"]}]},
  "b": {"internal_service": {"loader": {"cpu_stress": {"run": true, "range_complexity": [100, 100], "trials": 20}}}},
  "c": {"internal_service": {"loader": {"cpu_stress": {"run": true, "range_complexity": [200, 200], "trials": 2}}}},
  "d": {"internal_service": {"loader": {"cpu_stress": {"run": true, "range_complexity": [100, 100], "trials": 8}}}, "external_services": []}})";

nlohmann::json imported(const std::string& graph, const GraphAssumptions& assumed = {}) {
  return nlohmann::json::parse(import_service_graph(graph, "g.json", assumed));
}

TEST(ServiceGraph, OfMuBenchHasItsWorkItsCallsAndItsResources) {
  const nlohmann::json scenario = imported(kWorkmodel);
  const nlohmann::json& front = scenario["services"]["front"];
  EXPECT_EQ(front["instance"]["concurrency"], 16);
  EXPECT_EQ(front["instance"]["runtime"]["cores"], 2);
  EXPECT_EQ(front["instance"]["resources"]["requests"]["cpu"], "100m");
  EXPECT_EQ(front["work"]["default"][0]["cpu"], "1ms") << "4 times a quarter";
  EXPECT_EQ(front["work"]["default"][1]["io"], "3ms");
  EXPECT_EQ(front["work"]["default"][2]["parallel"]["to"][1]["service"], "c");
  const nlohmann::json& thread =
      scenario["services"][std::string(front["work"]["default"][2]["parallel"]["to"][0]["service"])];
  EXPECT_EQ(thread["work"]["default"][0]["call"]["service"], "a");
  EXPECT_EQ(thread["work"]["default"][1]["call"]["probability"], 0.5);
  EXPECT_EQ(scenario["services"]["a"]["work"]["default"][1]["call"]["probability"], 0.5) << "one of two is drawn";
  EXPECT_EQ(scenario["services"]["c"]["work"]["default"][0]["cpu"], "8ms");
  EXPECT_EQ(scenario["traffic"][0]["to"], "front") << "nobody calls it";
}

// Calls of a group one after the other, groups at once: 1 ms, 3 ms, then the longer of c (8 ms) and a (5 ms, then c and
// d by halves: at least 5, at most 5 + 8 + 8) and perhaps b (20 ms).
TEST(ServiceGraph, OfMuBenchCallsGroupsAtOnceAndTheirServicesInTurn) {
  const test::Flight flight = test::fly(import_service_graph(kWorkmodel, "g.json", {.rate = 2}));
  std::set<std::int64_t> seen;
  for (const test::Seen& r : flight.seen.requests)
    if (r.request_class == 0) seen.insert(r.latency() / test::kMs);
  for (const std::int64_t latency : {12, 17, 25, 29, 37, 45}) EXPECT_TRUE(seen.contains(latency)) << latency;
}

// Visits by the traffic equations against those of a run: at most every fourth request of a service is another's than
// would be if calls were drawn by coin, so four standard deviations of a Poisson count bound the difference.
void expect_visits(const std::string& graph, const std::string& entry, double rate) {
  const std::string text = import_service_graph(graph, "g.json", {.rate = rate});
  const Scenario scenario = test::scenario_of(text);
  const test::Flight flight = test::fly(text);
  const double requests = flight.figure(entry + ".arrival_rate") * 600;
  const CallGraph::Rates visits = CallGraph(scenario.services).executions({{{entry, "default"}, requests}});
  for (const auto& [node, expected] : visits)
    EXPECT_NEAR(flight.figure(node.first + ".arrival_rate") * 600, expected, 4 * std::sqrt(expected) + 40)
        << node.first;
}

TEST(ServiceGraph, IsVisitedAsItsProbabilitiesSay) { expect_visits(kWorkmodel, "front", 20); }

std::string recorded_graph(const std::string& name) { return (test::recorded("service_graphs") / name).string(); }

std::string unpacked_text(const std::string& path) {
  class Silent final : public Problems {
    void error(std::string_view, std::string message) override { ADD_FAILURE() << message; }
    void warning(std::string_view, std::string) override {}
  } silent;
  FileProblems problems(path, silent);
  std::string storage;
  const std::optional<std::string> bytes = read_bytes(path, problems);
  return std::string(unpacked(bytes.value_or(""), storage, problems).value_or(""));
}

TEST(RecordedServiceGraph, OfMuBenchIsVisitedAsItsProbabilitiesSay) {
  for (const char* name : {"teastore_mubench_workmodel.json.gz", "mubench_workmodelA.json.gz",
                           "mubench_workmodelB.json.gz", "mubench_workmodelC.json.gz", "mubench_workmodelD.json.gz"}) {
    const std::string path = recorded_graph(name);
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "not here: " << path << " (set WINDTUNNEL_TRACES)";
    SCOPED_TRACE(name);
    expect_visits(unpacked_text(path), "s0", 10);
  }
}

// A page of the TeaStore: 0.4 to auth, 0.8 + 0.4 x 0.25 to persistence, and so on, by the probabilities in the graph.
TEST(RecordedServiceGraph, OfTheTeaStoreHasTheVisitsThatFollowByHand) {
  const std::string path = recorded_graph("teastore_mubench_workmodel.json.gz");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "not here: " << path << " (set WINDTUNNEL_TRACES)";
  const Scenario scenario = test::scenario_of(import_service_graph(unpacked_text(path), path, {}));
  CallGraph::Rates visits = CallGraph(scenario.services).executions({{{"s0", "default"}, 1}});
  EXPECT_NEAR((visits[{"s1", "default"}]), 0.4, 1e-12);
  EXPECT_NEAR((visits[{"s2", "default"}]), 0.55, 1e-12);
  EXPECT_NEAR((visits[{"s3", "default"}]), 0.8 + 0.4 * 0.25, 1e-12);
  EXPECT_NEAR((visits[{"s5", "default"}]), 0.03 + 0.4 * 0.002 + 0.55 * 0.002 + 0.9 * 0.0002 + 0.1 * 0.03, 1e-12);
}

TEST(RecordedServiceGraph, OfTheOnlineBoutiqueHasItsUsersAndResources) {
  const std::string path = recorded_graph("online_boutique_graph.json");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "not here: " << path << " (set WINDTUNNEL_TRACES)";
  const std::string text = import_service_graph(unpacked_text(path), path, {.users = 50});
  const nlohmann::json scenario = nlohmann::json::parse(text);
  EXPECT_EQ(scenario["services"].size(), 11U);
  EXPECT_EQ(scenario["services"]["cartservice"]["instance"]["resources"]["limits"]["cpu"], "300m");
  EXPECT_EQ(scenario["traffic"][0]["arrivals"]["clients"], 50);
  EXPECT_NEAR(scenario["traffic"][0]["mix"]["browseProduct"].get<double>(), 10.0 / 19, 1e-12);
  EXPECT_THAT(scenario["description"].get<std::string>(), HasSubstr("shoppingassistantservice"));
  const test::Flight flight = test::fly(text);
  // Little's law of the users: 50 of them, who think for 5.5 s on average and wait for an answer.
  EXPECT_NEAR(flight.figure("frontend.arrival_rate") * (5.5 + flight.figure("frontend.latency.mean")), 50, 1.5);
}

std::vector<std::string> mistakes(const std::string& graph, const GraphAssumptions& assumed = {}) {
  std::vector<std::string> out;
  try {
    import_service_graph(graph, "g.json", assumed);
  } catch (const ConfigError& error) {
    for (const Issue& issue : error.issues()) out.push_back(issue.text());
  }
  return out;
}

TEST(ServiceGraph, IsToldEverythingThatIsWrongWithIt) {
  EXPECT_THAT(mistakes(R"({"a": {"internal_service": {}, "workers": "x", "external_services": [
                             {"seq_len": 1, "services": ["b"], "probabilities": {"b": 3}}]}, "c": {}})"),
              ElementsAre(HasSubstr("/a/workers: is \"x\""), HasSubstr("no service \"b\""),
                          HasSubstr("/probabilities/b: is 3"), HasSubstr("/c: has no \"internal_service\"")));
  EXPECT_THAT(mistakes("[]"), ElementsAre(HasSubstr("is no service graph")));
  EXPECT_THAT(mistakes("{"), ElementsAre(HasSubstr("not JSON")));
  const std::string two = R"({"a": {"internal_service": {}}, "b": {"internal_service": {}}})";
  EXPECT_THAT(mistakes(two), ElementsAre(HasSubstr("nobody calls a, b; --entry")));
  EXPECT_THAT(mistakes(two, {.entry = "b"}), ElementsAre());
  EXPECT_THAT(
      mistakes(
          R"({"services": {"a": {"calls": []}}, "locust_task_weights": {"t": 1}, "locust_wait_time": "constant"})"),
      ElementsAre(HasSubstr("/locust_wait_time")));
  EXPECT_THAT(mistakes(R"({"services": {"a": {"calls": [], "cpu_request": "1x"}}})"), ElementsAre(HasSubstr("cpu")))
      << "what the scenario's own reader finds";
}

}  // namespace
}  // namespace windtunnel
