// Manifests by their name: what is taken from a file of YAML, and where something is wrong in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "models/scenario/read.hpp"
#include "models/scenario/yaml_document.hpp"

namespace windtunnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kHpa = R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 9
  metrics:
  - type: Resource
    resource:
      name: cpu
      target:
        type: Utilization
        averageUtilization: 65
status:
  currentReplicas: 3
)";

constexpr const char* kHpaAsJson = R"({ "minReplicas": 2, "maxReplicas": 9, "metrics": [ { "type": "Resource",
  "resource": { "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 65 } } } ] })";

class ManifestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(::testing::TempDir()) / ("windtunnel-manifest-" + std::to_string(::getpid()) + "-" +
                                                       ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_ / "k8s");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  static std::string scenario(const std::string& autoscaler, const std::string& when_none_ready = "") {
    return R"({ "windtunnel": 1, "name": "shop", "horizon": "10m",
  "traffic": [ { "name": "web", "to": "shop", "arrivals": { "type": "poisson", "rate": "5/s" } } ],
  "services": { "shop": { "replicas": 3, )" +
           when_none_ready + R"(
    "instance": { "resources": { "requests": { "cpu": "500m" } } },
    "work": { "default": [ { "cpu": "4ms" } ] },
    "autoscaler": )" +
           autoscaler + " } } }";
  }
  static std::string hpa(const std::string& spec) {
    return scenario(R"({ "type": "kubernetes_hpa", "spec": )" + spec + " }");
  }
  ReadResult read(const std::string& text, const std::vector<Override>& overrides = {}) const {
    return parse_scenario(text, folder_, "scenario.json", overrides);
  }
  std::string effective(const std::string& text, const std::vector<Override>& overrides = {}) const {
    return effective_scenario(read(text, overrides).scenario);
  }
  // What is said, without the folder.
  std::vector<std::string> problems(const std::string& text, const std::vector<Override>& overrides = {}) const {
    std::vector<std::string> out;
    try {
      (void)read(text, overrides);
    } catch (const ConfigError& e) {
      for (const Issue& issue : e.issues()) {
        std::string line = issue.text();
        if (line.rfind(folder_.string() + "/", 0) == 0) line.erase(0, folder_.string().size() + 1);
        out.push_back(std::move(line));
      }
    }
    return out;
  }

  std::filesystem::path folder_;
};

TEST_F(ManifestTest, StandsForTheSpecInIt) {
  write("k8s/hpa.yaml", kHpa);
  EXPECT_EQ(effective(hpa(R"("k8s/hpa.yaml")")), effective(hpa(kHpaAsJson)));
  EXPECT_THAT(read(hpa(R"("k8s/hpa.yaml")")).warnings, IsEmpty());
}

TEST_F(ManifestTest, IsReadAsJsonToo) {
  write("k8s/hpa.json",
        std::string(R"({ "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": )") + kHpaAsJson +
            "}");
  EXPECT_EQ(effective(hpa(R"("k8s/hpa.json")")), effective(hpa(kHpaAsJson)));
}

TEST_F(ManifestTest, StandsForTheOneOfTheKindAmongOthers) {
  write("k8s/all.yaml", "# everything\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n---\n" +
                            std::string(kHpa) + "---\napiVersion: v1\nkind: Service\nmetadata: { name: web }\n---\n");
  EXPECT_EQ(effective(hpa(R"("k8s/all.yaml")")), effective(hpa(kHpaAsJson)));
}

TEST_F(ManifestTest, IsChosenByNameAmongSeveral) {
  const std::string other =
      "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: batch }\n"
      "spec: { maxReplicas: 4 }\n---\n";
  write("k8s/all.yaml", other + kHpa);
  EXPECT_EQ(effective(hpa(R"("k8s/all.yaml#web")")), effective(hpa(kHpaAsJson)));
  EXPECT_EQ(effective(hpa(R"("k8s/all.yaml#batch")")), effective(hpa(R"({ "maxReplicas": 4 })")));
  EXPECT_THAT(
      problems(hpa(R"("k8s/all.yaml")")),
      ElementsAre(HasSubstr(R"(/services/shop/autoscaler/spec: the manifest "k8s/all.yaml" has 2 that fit: )"
                            R"(HorizontalPodAutoscaler "batch", HorizontalPodAutoscaler "web"; choose by name, )"
                            R"(as in "k8s/all.yaml#batch")")));
  EXPECT_THAT(problems(hpa(R"("k8s/all.yaml#wed")")), ElementsAre(HasSubstr(R"(did you mean "web"?)")));
}

TEST_F(ManifestTest, MayBeAListAsKubectlPrintsIt) {
  write("k8s/list.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: autoscaling/v2\n  kind: HorizontalPodAutoscaler\n"
        "  metadata: { name: web }\n  spec:\n    maxReplicas: many\n");
  EXPECT_THAT(
      problems(hpa(R"("k8s/list.yaml")")),
      ElementsAre("k8s/list.yaml:8:18: /items/0/spec/maxReplicas: needs a whole number; found the text \"many\""));
}

TEST_F(ManifestTest, MayBeOfAutoscalingV1) {
  const auto v1 = [](const std::string& percent) {
    return "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nspec:\n  minReplicas: 2\n  maxReplicas: 9\n"
           "  targetCPUUtilizationPercentage: " +
           percent + "\n";
  };
  write("k8s/hpa.yaml", v1("65"));
  EXPECT_EQ(effective(hpa(R"("k8s/hpa.yaml")")), effective(hpa(kHpaAsJson)));
  write("k8s/hpa.yaml", v1("0"));
  EXPECT_THAT(problems(hpa(R"("k8s/hpa.yaml")")),
              ElementsAre(HasSubstr("k8s/hpa.yaml:6:35: /spec/targetCPUUtilizationPercentage: must be from 1 to "
                                    "2147483647; found the number 0")));
}

TEST_F(ManifestTest, HasItsMistakesSaidAtItsOwnLinesAllAtOnce) {
  write("k8s/hpa.yaml", R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
spec:
  minReplicas: "2"
  maxReplica: 9
  metrics:
  - type: Resource
    resource:
      name: cpu
      target: { type: Utilisation, averageUtilization: 65 }
)");
  const std::string text = hpa(R"("k8s/hpa.yaml")");
  EXPECT_THAT(problems(text),
              ElementsAre(HasSubstr("k8s/hpa.yaml:4:3: /spec/maxReplicas: \"maxReplicas\" is missing"),
                          HasSubstr("k8s/hpa.yaml:4:16: /spec/minReplicas: needs a whole number; found the text \"2\""),
                          HasSubstr("k8s/hpa.yaml:5:3: /spec/maxReplica: unknown key \"maxReplica\"; did you mean "
                                    "\"maxReplicas\"?"),
                          HasSubstr("k8s/hpa.yaml:10:23: /spec/metrics/0/resource/target/type: needs one of ")));
}

TEST_F(ManifestTest, HasItsUnmodelledFieldsWarnedAboutAtTheirLines) {
  write("k8s/so.yaml", R"(apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: jobs
  annotations:
    team: checkout
spec:
  scaleTargetRef: { name: jobs }
  maxReplicaCount: 30
  advanced:
    restoreToOriginalReplicaCount: true
  triggers:
  - type: rabbitmq
    metadata: { queueName: jobs, mode: QueueLength, value: "20" }
)");
  const ReadResult result = read(scenario(R"({ "type": "keda", "spec": "k8s/so.yaml", "annotations": "k8s/so.yaml",
    "metrics": { "triggers": { "rabbitmq": { "metric": "concurrency" } } } })"));
  std::vector<std::string> said;
  for (const Issue& w : result.warnings) said.push_back(w.text().substr(folder_.string().size() + 1));
  EXPECT_THAT(said, ElementsAre(HasSubstr("k8s/so.yaml:11:36: /spec/advanced/restoreToOriginalReplicaCount: "
                                          "\"restoreToOriginalReplicaCount\" is not modelled")));
}

TEST_F(ManifestTest, OfAScaledJobIsReadWithoutItsPod) {
  const std::string head = R"(apiVersion: keda.sh/v1alpha1
kind: ScaledJob
metadata:
  name: reports
  annotations: { autoscaling.keda.sh/paused: "true" }
spec:
  jobTargetRef:
    parallelism: )";
  const std::string rest = R"(
    template: { spec: { containers: [ { name: render, image: render } ] } }
  pollingInterval: 10
  scalingStrategy: { strategy: accurate }
  triggers:
  - type: aws-sqs-queue
    metadata: { queueURL: "https://sqs.eu-west-1.amazonaws.com/1/reports", queueLength: "1" }
)";
  const std::string text = R"({ "windtunnel": 1, "name": "test", "horizon": "1m",
  "traffic": [ { "name": "t", "to": "reports", "arrivals": { "type": "constant", "rate": "1/s" } } ],
  "queues": { "reports": { "consumer": "w" } },
  "services": { "w": { "replicas": 0, "work": { "default": [ { "cpu": "4ms" } ] },
    "autoscaler": { "type": "keda_scaled_job", "spec": "k8s/sj.yaml", "annotations": "k8s/sj.yaml" } } } })";
  write("k8s/sj.yaml", head + "1" + rest);
  EXPECT_THAT(read(text).warnings, IsEmpty());
  EXPECT_THAT(effective(text), HasSubstr("\"strategy\": \"accurate\""));
  EXPECT_THAT(effective(text), HasSubstr("\"autoscaling.keda.sh/paused\": \"true\""));
  write("k8s/sj.yaml", head + "2" + rest);
  EXPECT_THAT(problems(text), ElementsAre(HasSubstr("k8s/sj.yaml:8:18: /spec/jobTargetRef/parallelism: ")));
}

TEST_F(ManifestTest, OfKnativeGivesAnnotationsAndConfiguration) {
  write("k8s/service.yaml", R"(apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: hello }
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/target: "7"
        client.knative.dev/user-image: hello
---
apiVersion: v1
kind: ConfigMap
metadata: { name: config-autoscaler }
data:
  scale-to-zero-grace-period: 40s
)");
  const auto kpa = [](const std::string& annotations, const std::string& config) {
    return scenario(R"({ "type": "knative_kpa", "annotations": )" + annotations + R"(, "config": )" + config + " }",
                    R"("when_none_ready": "wait",)");
  };
  EXPECT_EQ(
      effective(kpa(R"("k8s/service.yaml")", R"("k8s/service.yaml")")),
      effective(kpa(R"({ "autoscaling.knative.dev/target": "7" })", R"({ "scale-to-zero-grace-period": "40s" })")));
}

TEST_F(ManifestTest, IsReachedInsideOfAnotherPolicy) {
  write("k8s/hpa.yaml", kHpa);
  const auto scheduled = [](const std::string& spec) {
    return scenario(R"({ "type": "scheduled", "policy": { "type": "kubernetes_hpa", "spec": )" + spec + R"( },
      "windows": [ { "start": "0 8 * * *", "for": "12h", "min_replicas": 4 } ] })");
  };
  EXPECT_EQ(effective(scheduled(R"("k8s/hpa.yaml")")), effective(scheduled(kHpaAsJson)));
  write("k8s/hpa.yaml", "kind: Pod\n");
  EXPECT_THAT(problems(scheduled(R"("k8s/hpa.yaml")")), ::testing::Contains(HasSubstr("k8s/hpa.yaml:1:7: /kind: ")));
}

TEST_F(ManifestTest, CanBeChangedBySet) {
  write("k8s/hpa.yaml", kHpa);
  write("k8s/other.yaml", "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: { maxReplicas: 4 }\n");
  const std::string text = hpa(R"("k8s/hpa.yaml")"), path = "services.shop.autoscaler.spec";
  EXPECT_THAT(effective(text, {{path + ".maxReplicas", "12"}}), HasSubstr("\"maxReplicas\": 12"));
  EXPECT_EQ(effective(text, {{path, "k8s/other.yaml"}}), effective(hpa(R"({ "maxReplicas": 4 })")));
  EXPECT_EQ(effective(text, {{path, R"({ "maxReplicas": 4 })"}}), effective(hpa(R"({ "maxReplicas": 4 })")));
  EXPECT_THAT(problems(text, {{path + ".maxReplicas", "0"}}),
              ElementsAre(HasSubstr("/services/shop/autoscaler/spec/maxReplicas: --set " + path + ".maxReplicas: ")));
}

TEST_F(ManifestTest, ThatCannotBeUsedIsAnError) {
  EXPECT_THAT(problems(hpa(R"("k8s/none.yaml")")),
              ElementsAre("scenario.json:6:55: /services/shop/autoscaler/spec: the manifest \"k8s/none.yaml\" does not "
                          "exist"));
  EXPECT_THAT(problems(hpa(R"("k8s")")), ElementsAre(HasSubstr("the manifest \"k8s\" cannot be read")));
  EXPECT_THAT(problems(hpa(R"("")")), ElementsAre(HasSubstr("names no file")));
  write("k8s/hpa.yaml", "");
  EXPECT_THAT(problems(hpa(R"("k8s/hpa.yaml")")), ElementsAre(HasSubstr("k8s/hpa.yaml: is empty")));
  write("k8s/hpa.yaml", "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: { name: web }\n");
  EXPECT_THAT(problems(hpa(R"("k8s/hpa.yaml")")),
              ElementsAre("k8s/hpa.yaml:1:13: /apiVersion: this HorizontalPodAutoscaler \"web\" is of "
                          "\"autoscaling/v2beta2\"; autoscaling/v2 and autoscaling/v1 fit"));
  write("k8s/hpa.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n");
  EXPECT_THAT(problems(hpa(R"("k8s/hpa.yaml")")),
              ElementsAre("k8s/hpa.yaml:2:7: /kind: there is no HorizontalPodAutoscaler of autoscaling/v2 or "
                          "autoscaling/v1 here, but Deployment \"web\""));
  write("k8s/hpa.yaml", "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n");
  EXPECT_THAT(problems(hpa(R"("k8s/hpa.yaml")")), ::testing::Contains("k8s/hpa.yaml:1:1: /spec: is missing"));
  write("k8s/hpa.yaml", "kind: [ Horizontal\nspec: }\n");
  EXPECT_THAT(problems(hpa(R"("k8s/hpa.yaml")")), ElementsAre(HasSubstr("this is not YAML")));
}

TEST_F(ManifestTest, HasAKeyTwice) {
  write("k8s/hpa.yaml",
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n  maxReplicas: 4\n"
        "  maxReplicas: 40\n");
  EXPECT_THAT(
      problems(hpa(R"("k8s/hpa.yaml")")),
      ElementsAre("k8s/hpa.yaml:5:3: /spec: the key \"maxReplicas\" is here twice; it was first given in line 4"));
}

// --- YAML ------------------------------------------------------------------------------------------------------------

std::string as_json(const std::string& yaml) {
  const YamlStream stream = parse_yaml(yaml);
  std::string out;
  for (const JsonNode& document : stream.documents) out += print_json_line(document) + "\n";
  for (const JsonProblem& p : stream.problems)
    out += std::to_string(p.line) + ":" + std::to_string(p.column) + ": " + p.pointer + ": " + p.message + "\n";
  return out;
}

// The types that YAML 1.1 gives plain scalars (https://yaml.org/type/).
TEST(Yaml, ReadsPlainScalarsByTheRulesOfVersion11) {
  EXPECT_EQ(as_json("[80, -3, 0x1F, 0o17, 017, 0b101, 1_000, 1.5, 1e3, .5, +7]"),
            "[80, -3, 31, 15, 15, 5, 1000, 1.5, 1e3, .5, +7]\n");
  EXPECT_EQ(as_json("[true, False, yes, off, null, ~, ]"), "[true, false, true, false, null, null]\n");
  EXPECT_EQ(as_json("['80', \"true\", 100m, 15s, v1, autoscaling/v2, 1.2.3, -, .inf, 0x]"),
            R"(["80", "true", "100m", "15s", "v1", "autoscaling/v2", "1.2.3", "-", ".inf", "0x"])"
            "\n");
  EXPECT_EQ(as_json("a: |\n  80\nb:\n80: c\n"), R"({ "a": "80\n", "b": null, "80": "c" })"
                                                "\n");
}

TEST(Yaml, KnowsAnchorsAndMergeKeys) {
  EXPECT_EQ(as_json("a: &x { b: 1, c: 2 }\nd: *x\ne: { <<: *x, c: 3 }\nf: { <<: [ { b: 9 }, *x ] }\n"),
            R"({ "a": { "b": 1, "c": 2 }, "d": { "b": 1, "c": 2 }, "e": { "c": 3, "b": 1 }, "f": { "b": 9, "c": 2 } })"
            "\n");
}

TEST(Yaml, SaysWhereValuesStand) {
  const YamlStream stream = parse_yaml("---\na: 1\n---\nb:\n  - c: [ 2 ]\n");
  ASSERT_EQ(stream.documents.size(), 2U);
  const JsonNode& two = nearest_node(stream.documents[1], "/b/0/c/0");
  EXPECT_EQ(two.line, 5);
  EXPECT_EQ(two.column, 10);
}

TEST(Yaml, NamesKeysThatAreThereTwice) {
  EXPECT_EQ(as_json("a:\n- b: 1\n- c: 1\n  c: 2\n"),
            "{ \"a\": [{ \"b\": 1 }, { \"c\": 1, \"c\": 2 }] }\n"
            "4:3: /a/1: the key \"c\" is here twice; it was first given in line 3\n");
}

TEST(Yaml, DoesNotBlowUp) {
  std::string laughs = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1), name = "a" + std::to_string(i);
    laughs += name + ": &" + name + " [" + before;
    for (int k = 1; k < 10; ++k) laughs += ", " + before;
    laughs += "]\n";
  }
  EXPECT_FALSE(parse_yaml(laughs).complete);
  EXPECT_THAT(as_json(std::string(5000, '[')), HasSubstr("nested deeper than"));
  EXPECT_THAT(as_json("a: &x [ *x ]"), HasSubstr("inside of what it is an alias for"));
  EXPECT_THAT(as_json("a:\n\t- b\n"), HasSubstr("indents with spaces"));
  EXPECT_FALSE(parse_yaml("a: 'b").complete);
}

}  // namespace
}  // namespace windtunnel
