#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "models/scenario/json_document.hpp"
#include "models/scenario/read.hpp"
#include "tests/places.hpp"

namespace windtunnel {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::filesystem::path corpus(const std::string& name) {
  return test::source_dir() / "tests/fuzz/corpus/scenario" / name;
}

class RoundTrip : public ::testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, OfTheEffectiveScenarioChangesNothing) {
  const Scenario first = read_scenario(corpus(GetParam())).scenario;
  const std::string effective = effective_scenario(first);
  const ReadResult second = parse_scenario(effective, corpus(""), "effective");
  EXPECT_EQ(effective_scenario(second.scenario), effective);
}

// What the author wrote stands in the effective scenario, value for value: nothing is lost on the way in or out.
void expect_contains(const JsonNode& whole, const JsonNode& part, const std::string& pointer) {
  if (part.kind == JsonNode::Kind::kObject && whole.kind == JsonNode::Kind::kObject) {
    for (std::size_t i = 0; i < part.items.size(); ++i) {
      const JsonNode* in_whole = whole.find(part.keys[i].text);
      if (part.keys[i].text == "scaleTargetRef") continue;  // known, not modelled
      ASSERT_NE(in_whole, nullptr) << pointer << '/' << part.keys[i].text;
      expect_contains(*in_whole, part.items[i], pointer + '/' + part.keys[i].text);
    }
  } else if (part.kind == JsonNode::Kind::kArray) {
    ASSERT_EQ(whole.items.size(), part.items.size()) << pointer;
    for (std::size_t i = 0; i < part.items.size(); ++i)
      expect_contains(whole.items[i], part.items[i], pointer + '/' + std::to_string(i));
  } else if (part.is_number() && whole.is_number()) {
    EXPECT_EQ(whole.number, part.number) << pointer;
  }
}

TEST_P(RoundTrip, KeepsWhatTheAuthorWrote) {
  const JsonDocument written = parse_json(text_of(corpus(GetParam())));
  const JsonDocument effective = parse_json(effective_scenario(read_scenario(corpus(GetParam())).scenario));
  expect_contains(effective.root, written.root, "");
}

INSTANTIATE_TEST_SUITE_P(Corpus, RoundTrip,
                         ::testing::Values("minimal.json", "distributions.json", "arrivals.json", "deployment.json"));

TEST(RoundTrip, OfEveryScenarioInTheRepositoryChangesNothing) {
  std::size_t scenarios = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test::source_dir() / "scenarios")) {
    if (entry.path().extension() != ".json" || entry.path().stem().has_extension()) continue;
    ++scenarios;
    const std::string effective = effective_scenario(read_scenario(entry.path()).scenario);
    EXPECT_EQ(effective_scenario(parse_scenario(effective, entry.path().parent_path(), "effective").scenario),
              effective)
        << entry.path();
  }
  EXPECT_GT(scenarios, 0U);
}

TEST(EffectiveScenario, StatesEveryDefault) {
  const std::string effective = effective_scenario(read_scenario(corpus("minimal.json")).scenario);
  for (const char* line :
       {R"("horizon": "10m")", R"("warmup": "0s")", R"("seed": 1)", R"("replications": 1)",
        R"("on_timeout": "continue")", R"("type": "worker_pool")", R"("balancer": { "type": "round_robin", )",
        R"("drain_timeout": "30s")", R"("currency": "USD")"})
    EXPECT_NE(effective.find(line), std::string::npos) << line << " in\n" << effective;
  EXPECT_EQ(effective.find("autoscaler"), std::string::npos) << "what is absent is left out";
  EXPECT_EQ(effective.find("$schema"), std::string::npos);
}

TEST(EffectiveScenario, IsReadableByItself) {
  const std::string effective = effective_scenario(read_scenario(corpus("deployment.json")).scenario);
  std::istringstream lines(effective);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 160U) << line;
}

// --- the schema and the list ---

TEST(Schema, InTheRepositoryIsTheOneTheDescriptionsGive) {
  const auto file = test::source_dir() / "scenarios/scenario.schema.json";
  std::istringstream here(text_of(file)), given(scenario_schema());
  std::string is, should_be;
  for (int line = 1; here || given; ++line) {
    if (!std::getline(here, is)) is = "(the end)";
    if (!std::getline(given, should_be)) should_be = "(the end)";
    ASSERT_EQ(is, should_be) << file.string() << ":" << line
                             << ", write it anew: windtunnel schema > scenarios/scenario.schema.json";
  }
}

void collect(const JsonNode& node, std::string_view key, std::vector<const JsonNode*>& out) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (node.kind == JsonNode::Kind::kObject && node.keys[i].text == key) out.push_back(&node.items[i]);
    collect(node.items[i], key, out);
  }
}

TEST(Schema, IsJsonWhoseReferencesLeadSomewhere) {
  const JsonDocument schema = parse_json(scenario_schema());
  ASSERT_TRUE(schema.complete);
  EXPECT_TRUE(schema.problems.empty());
  EXPECT_EQ(schema.root.find("$schema")->text, "https://json-schema.org/draft/2020-12/schema");
  const JsonNode& definitions = *schema.root.find("$defs");
  std::vector<const JsonNode*> references;
  collect(schema.root, "$ref", references);
  EXPECT_GT(references.size(), 20U);
  std::set<std::string> used;
  for (const JsonNode* reference : references) {
    ASSERT_EQ(reference->text.substr(0, 8), "#/$defs/");
    EXPECT_NE(definitions.find(reference->text.substr(8)), nullptr) << reference->text;
    used.insert(reference->text.substr(8));
  }
  for (const JsonNode::Key& key : definitions.keys) EXPECT_TRUE(used.contains(key.text)) << key.text << " is not used";
}

TEST(Schema, HasEveryListedTypeAndSaysWhatEachFieldMeans) {
  const std::string schema = scenario_schema();
  for (const ListedKind& kind : list_types()) {
    EXPECT_FALSE(kind.types.empty()) << kind.kind;
    for (const ListedType& type : kind.types) {
      EXPECT_NE(schema.find("\"const\": \"" + type.type + "\""), std::string::npos) << type.type;
      EXPECT_FALSE(type.summary.empty()) << type.type;
      for (const ListedField& field : type.fields)
        EXPECT_FALSE(field.meaning.empty()) << type.type << '.' << field.name;
    }
  }
}

TEST(List, HasAllKindsOfChoices) {
  std::vector<std::string> kinds;
  for (const ListedKind& kind : list_types()) kinds.push_back(kind.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"distribution", "arrivals", "runtime", "start-up phase", "retry budget",
                                             "pushback", "circuit breaker", "client throttle", "load balancer",
                                             "autoscaler", "scaling metric", "keep-alive policy", "forecaster",
                                             "sizing", "node autoscaler", "signal", "fault", "objective"}));
}

TEST(List, ShowsTheFieldsOfAnEmbeddedObjectByTheirPath) {
  for (const ListedKind& kind : list_types())
    for (const ListedType& type : kind.types)
      if (type.type == "kubernetes_hpa") {
        const bool found = std::any_of(type.fields.begin(), type.fields.end(), [](const ListedField& f) {
          return f.name == "spec.metrics[].resource.target.averageUtilization";
        });
        EXPECT_TRUE(found);
        return;
      }
  FAIL() << "no kubernetes_hpa";
}

}  // namespace
}  // namespace windtunnel
