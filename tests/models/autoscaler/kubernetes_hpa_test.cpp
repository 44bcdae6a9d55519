#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Fields;
using test::Found;
using test::Items;
using testing::ElementsAre;
using testing::HasSubstr;
using State = InstanceSignal::State;

Fields cpu_target(const char* type, const char* field, test::Literal value) {
  return {{"type", "Resource"},
          {"resource", Fields{{"name", "cpu"}, {"target", Fields{{"type", type}, {field, std::move(value)}}}}}};
}
Fields spec(int least, int most, int utilization) {
  return {{"minReplicas", least},
          {"maxReplicas", most},
          {"metrics", Items{cpu_target("Utilization", "averageUtilization", utilization)}}};
}
Fields with(Fields fields, const char* name, test::Literal value) {
  fields.emplace_back(name, std::move(value));
  return fields;
}
Choice<AutoscalerParams> hpa(const Fields& the_spec, Fields beside = {}) {
  beside.emplace_back("spec", the_spec);
  return chosen<AutoscalerParams>("kubernetes_hpa", beside);
}

// A service with an autoscaler: instances of half a core that all use `cores`, and that start in no time.
class Service {
 public:
  Service(const Choice<AutoscalerParams>& params, int replicas, double cores)
      : autoscaler_(params->make()), cores_(cores), next_look_(autoscaler_->sync_period()) {
    scale(replicas, -1h);
  }

  // Until and including `end`; every look that changes something is kept.
  void run_until(Time end) {
    while (std::min(next_look_, next_scrape_) <= end) {
      if (next_scrape_ <= next_look_) {
        advance(next_scrape_);
        autoscaler_->observe(signal());
        next_scrape_ += autoscaler_->observe_period();
      } else {
        advance(next_look_);
        last = autoscaler_->decide(signal());
        EXPECT_EQ(last.sentence.empty(), last.replicas == replicas());
        if (!last.sentence.empty()) sentences.push_back(last.sentence);
        history.push_back(last.replicas);
        scale(last.replicas, now_);
        next_look_ += autoscaler_->sync_period();
      }
    }
    advance(end);
  }
  void use(double cores) { cores_ = cores; }
  std::int64_t replicas() const { return static_cast<std::int64_t>(instances_.size()); }
  std::vector<InstanceSignal>& instances() { return instances_; }

  std::vector<std::string> sentences;
  std::vector<std::int64_t> history;
  ScalingDecision last;

 private:
  ServiceSignal signal() const {
    return {.now = now_, .spec_replicas = replicas(), .cpu_request_cores = 0.5, .instances = instances_};
  }
  void advance(Time to) {
    for (InstanceSignal& instance : instances_)
      if (instance.state == State::kReady) instance.cpu_seconds += to_seconds(to - now_) * cores_;
    now_ = to;
  }
  void scale(std::int64_t replicas, Time at) {
    while (this->replicas() > replicas) instances_.pop_back();
    while (this->replicas() < replicas) {
      InstanceSignal instance;
      instance.id = next_id_++;
      instance.state = State::kReady;
      instance.created = instance.ready_since = instance.running_since = at;
      instances_.push_back(instance);
    }
  }

  std::unique_ptr<Autoscaler> autoscaler_;
  std::vector<InstanceSignal> instances_;
  double cores_;
  Time now_{0}, next_scrape_{0}, next_look_;
  std::uint32_t next_id_ = 0;
};

TEST(KubernetesHpa, SaysWhatItSawAndWhatItDid) {
  // 0.44 of 0.5 cores are 88 %; 88 / 60 * 4 = 5.87.
  Service service(hpa(spec(2, 60, 60)), 4, 0.44);
  service.run_until(20s);
  EXPECT_THAT(service.sentences, ElementsAre("4 -> 6: cpu 88 % of request, target 60 %, 4 of 4 pods ready"));
  const auto& inputs = service.last.inputs;
  EXPECT_EQ(inputs.at("current_replicas"), 4);
  EXPECT_EQ(inputs.at("status_replicas"), 4);
  EXPECT_EQ(inputs.at("metric_0_utilization"), 88);
  EXPECT_DOUBLE_EQ(inputs.at("metric_0_usage"), 0.44);
  EXPECT_EQ(inputs.at("metric_0_target"), 60);
  EXPECT_DOUBLE_EQ(inputs.at("metric_0_ratio"), 88.0 / 60.0);
  EXPECT_EQ(inputs.at("metric_0_ready"), 4);
  EXPECT_EQ(inputs.at("metric_0_unready"), 0);
  EXPECT_EQ(inputs.at("metric_0_missing"), 0);
  EXPECT_EQ(inputs.at("metric_0_proposed"), 6);
  EXPECT_EQ(inputs.at("deciding_metric"), 0);
  EXPECT_EQ(inputs.at("recommended"), 6);
  EXPECT_EQ(inputs.at("stabilized"), 6);
  EXPECT_EQ(inputs.at("desired"), 6);
}

TEST(KubernetesHpa, DoesNothingWhileThereAreNoSamples) {
  // Scrapes at 0 and 20 s: the first look finds one point of each instance.
  Service service(hpa(spec(2, 60, 60), {{"metrics", Fields{{"scrape_period", Duration{20s}}}}}), 4, 0.44);
  service.run_until(16s);
  EXPECT_EQ(service.replicas(), 4);
  EXPECT_EQ(service.last.inputs.count("metric_0_utilization"), 0U);
  service.run_until(31s);
  EXPECT_EQ(service.replicas(), 6);
}

TEST(KubernetesHpa, StaysWithinItsTolerance) {
  Service service(hpa(spec(2, 60, 60)), 4, 0.33);  // 66 % is 1.1 times the target
  service.run_until(10min);
  EXPECT_EQ(service.replicas(), 4);
  Service narrow(hpa(spec(2, 60, 60), {{"tolerance", 0.05}}), 4, 0.33);
  narrow.run_until(20s);
  EXPECT_EQ(narrow.replicas(), 5);
}

TEST(KubernetesHpa, NamesWhatLimitsIt) {
  Service twice(hpa(spec(1, 60, 10)), 4, 0.5);
  twice.run_until(16s);
  EXPECT_THAT(twice.sentences.front(), HasSubstr("4 -> 8: "));
  EXPECT_THAT(twice.sentences.front(), HasSubstr("; limited to twice the replicas, or four, per sync"));

  const Fields policies = {
      {"scaleUp", Fields{{"policies", Items{Fields{{"type", "Percent"}, {"value", 50}, {"periodSeconds", 30}}}}}}};
  Service by_policy(hpa(with(spec(1, 60, 10), "behavior", policies)), 4, 0.5);
  by_policy.run_until(16s);
  EXPECT_THAT(by_policy.sentences.front(), HasSubstr("4 -> 6: "));
  EXPECT_THAT(by_policy.sentences.front(), HasSubstr("; limited by scaleUp Percent 50/30s"));

  Service by_most(hpa(spec(1, 5, 10)), 4, 0.5);
  by_most.run_until(16s);
  EXPECT_THAT(by_most.sentences.front(), HasSubstr("; limited by maxReplicas"));

  Service above(hpa(spec(1, 5, 10)), 9, 0.5);
  above.run_until(16s);
  EXPECT_EQ(above.sentences.front(), "9 -> 5: above maxReplicas");
}

TEST(KubernetesHpa, DoublesFromFourWithoutBehaviorAndAddsFourOrDoublesWithAnEmptyOne) {
  Service without(hpa(spec(1, 100, 1)), 1, 0.5);
  without.run_until(107s);
  EXPECT_THAT(without.history, ElementsAre(4, 8, 16, 32, 64, 100, 100));
  Service with_defaults(hpa(with(spec(1, 100, 1), "behavior", Fields{})), 1, 0.5);
  with_defaults.run_until(107s);
  EXPECT_THAT(with_defaults.history, ElementsAre(5, 10, 20, 40, 80, 100, 100));
}

TEST(KubernetesHpa, HoldsAFallForTheStabilizationWindow) {
  Service service(hpa(spec(1, 60, 50)), 10, 0.25);
  service.run_until(60min);
  EXPECT_EQ(service.replicas(), 10);
  service.use(0.05);
  service.run_until(60min + 5min);
  EXPECT_EQ(service.replicas(), 10);
  service.run_until(60min + 5min + 31s);  // the last look that wanted 10 is up to one period and one scrape later
  EXPECT_EQ(service.replicas(), 2);
}

TEST(KubernetesHpa, TakesTheWindowOfTheSpec) {
  const Fields at_once = {{"scaleDown", Fields{{"stabilizationWindowSeconds", 0}}}};
  Service service(hpa(with(spec(1, 60, 50), "behavior", at_once)), 10, 0.05);
  service.run_until(16s);
  EXPECT_EQ(service.replicas(), 2);
}

TEST(KubernetesHpa, CountsANewPodOnlyWhenASampleLiesWhollyAfterItsReadiness) {
  Service service(hpa(spec(1, 60, 50)), 2, 0.25);
  service.run_until(100s);
  InstanceSignal fresh;
  fresh.id = 99;
  fresh.state = State::kReady;
  fresh.created = fresh.running_since = 100s;
  fresh.ready_since = 100s + 8s;
  service.instances().push_back(fresh);
  service.run_until(106s);  // no sample yet
  EXPECT_EQ(service.last.inputs.at("metric_0_missing"), 1);
  service.run_until(136s);  // scrapes at 105 s and 120 s made one that begins before it was ready
  EXPECT_EQ(service.last.inputs.at("metric_0_ready"), 2 + 1);
  EXPECT_EQ(service.last.inputs.at("metric_0_unready"), 0);
}

TEST(KubernetesHpa, DoubtsASampleThatBeginsBeforeTheReadiness) {
  Service service(hpa(spec(1, 60, 50)), 2, 0.25);
  service.run_until(100s);
  InstanceSignal fresh;
  fresh.id = 99;
  fresh.state = State::kReady;
  fresh.created = fresh.running_since = 100s;
  fresh.ready_since = 108s;
  service.instances().push_back(fresh);
  service.run_until(121s);  // its only sample covers 105 s to 120 s
  EXPECT_EQ(service.last.inputs.at("metric_0_ready"), 2);
  EXPECT_EQ(service.last.inputs.at("metric_0_unready"), 1);
}

TEST(KubernetesHpa, LooksAwayFromDrainingPodsAndCountsStartingOnesAsUnready) {
  Service service(hpa(spec(1, 60, 50)), 3, 0.25);
  service.run_until(100s);
  service.instances()[2].state = State::kDraining;
  InstanceSignal starting;
  starting.id = 99;
  starting.created = 100s;
  service.instances().push_back(starting);
  service.run_until(136s);
  EXPECT_EQ(service.last.inputs.at("metric_0_ready"), 2);
  EXPECT_EQ(service.last.inputs.at("metric_0_unready"), 1);
  EXPECT_EQ(service.last.inputs.at("metric_0_missing"), 0);
}

TEST(KubernetesHpa, KeepsAnAverageOfCores) {
  // 0.3 cores against 200m: 1.5 times.
  const Fields average = {{"maxReplicas", 60},
                          {"metrics", Items{cpu_target("AverageValue", "averageValue", Quantity{0.2})}}};
  const auto params = hpa(average);
  EXPECT_FALSE(params->needs_cpu_request());
  Service service(params, 4, 0.3);
  service.run_until(16s);
  EXPECT_THAT(service.sentences, ElementsAre("4 -> 6: cpu 300m on average, target 200m, 4 of 4 pods ready"));
}

Fields container_target(const char* resource, const char* container, int utilization) {
  return {
      {"type", "ContainerResource"},
      {"containerResource", Fields{{"name", resource},
                                   {"container", container},
                                   {"target", Fields{{"type", "Utilization"}, {"averageUtilization", utilization}}}}}};
}

TEST(KubernetesHpa, TakesAnInstanceForAPodOfTheContainerItAsksFor) {
  const auto params = hpa({{"maxReplicas", 60}, {"metrics", Items{container_target("cpu", "application", 60)}}});
  EXPECT_TRUE(params->needs_cpu_request());
  Service service(params, 4, 0.44);
  service.run_until(20s);
  EXPECT_THAT(service.sentences, ElementsAre("4 -> 6: cpu 88 % of request, target 60 %, 4 of 4 pods ready"));
}

TEST(KubernetesHpa, WatchesMemory) {
  const Fields average = {
      {"type", "Resource"},
      {"resource", Fields{{"name", "memory"},
                          {"target", Fields{{"type", "AverageValue"}, {"averageValue", Quantity{536870912}}}}}}};
  const auto params = hpa({{"maxReplicas", 60}, {"metrics", Items{average}}});
  EXPECT_FALSE(params->needs_cpu_request());
  Service service(params, 4, 0.3);
  for (InstanceSignal& instance : service.instances()) instance.memory_bytes = 805306368;
  service.run_until(16s);
  EXPECT_THAT(service.sentences, ElementsAre("4 -> 6: memory 768Mi on average, target 512Mi, 4 of 4 pods ready"));
  Service unknown(params, 4, 0.3);
  unknown.run_until(46s);
  EXPECT_TRUE(unknown.sentences.empty());
  EXPECT_EQ(unknown.last.inputs.at("metric_0_failed"), 1);
}

TEST(KubernetesHpa, FollowsTheMetricThatAsksForMostAndTellsOfAll) {
  const auto params = hpa({{"maxReplicas", 60},
                           {"metrics", Items{cpu_target("Utilization", "averageUtilization", 60),
                                             cpu_target("AverageValue", "averageValue", Quantity{0.2})}}});
  Service service(params, 4, 0.44);  // 6 for 60 % of half a core, 9 for a fifth of a core
  service.run_until(16s);
  EXPECT_THAT(service.sentences.front(), HasSubstr("4 -> 8: cpu 440m on average, target 200m"));
  EXPECT_EQ(service.last.inputs.at("deciding_metric"), 1);
  EXPECT_EQ(service.last.inputs.at("metric_0_proposed"), 6);
  EXPECT_EQ(service.last.inputs.at("metric_1_proposed"), 9);
  EXPECT_EQ(service.last.inputs.at("recommended"), 9);
  EXPECT_EQ(service.last.inputs.at("limited_by_scale_up_limit"), 8);
}

TEST(KubernetesHpa, HasATolerancePerDirection) {
  const auto tolerant = [](const char* direction, double tolerance) {
    const Fields behavior = {
        {direction, Fields{{"stabilizationWindowSeconds", 0}, {"tolerance", Quantity{tolerance}}}}};
    return hpa(with(spec(1, 60, 60), "behavior", behavior));
  };
  Service up(tolerant("scaleUp", 0.5), 4, 0.44);  // 88 % is 1.47 times the target
  up.run_until(5min);
  EXPECT_EQ(up.replicas(), 4);
  Service down(tolerant("scaleDown", 0.5), 4, 0.16);  // 32 % is 0.53 times
  down.run_until(5min);
  EXPECT_EQ(down.replicas(), 4);
  Service exact(tolerant("scaleDown", 0), 20, 0.29);  // 58 %
  exact.run_until(16s);
  EXPECT_EQ(exact.replicas(), 20) << "19.3 rounds up";
  Service fewer(tolerant("scaleDown", 0), 20, 0.28);  // 56 %: 18.7
  fewer.run_until(16s);
  EXPECT_EQ(fewer.replicas(), 19);
}

TEST(KubernetesHpa, ReadsTheKubeletsMeasurementsIfThereAreSome) {
  const auto loop = hpa(spec(1, 60, 60), {{"metrics", Fields{{"container_sampling", Duration{10s}}}}})->make();
  EXPECT_EQ(loop->observe_period(), 10s);
}

TEST(KubernetesHpa, TargetsEightyPercentWithoutMetrics) {
  const auto params = hpa({{"maxReplicas", 60}});
  EXPECT_TRUE(params->needs_cpu_request());
  Service service(params, 4, 0.5);
  service.run_until(16s);
  EXPECT_THAT(service.sentences.front(), HasSubstr("target 80 %"));
  EXPECT_EQ(service.replicas(), 5);
}

TEST(KubernetesHpa, LooksOncePerSyncPeriodAndTheTimeOfALook) {
  const auto loop = hpa(spec(1, 9, 50))->make();
  EXPECT_EQ(loop->sync_period(), 15s + 1ms);
  EXPECT_EQ(loop->observe_period(), 15s);
}

std::vector<std::string> errors_of(Fields metric) {
  class Check final : public FieldVisitor, public ValueVisitor {
   public:
    std::vector<std::string> errors;
    void visit(const FieldInfo&, FieldVisitor::Value& value) override { value.accept(*this); }
    void not_modelled(std::string_view, std::string_view) override {}
    void value(bool&, const FieldInfo&) override {}
    void value(std::int64_t&, const FieldInfo&) override {}
    void value(double&, const FieldInfo&) override {}
    void value(std::string&, const FieldInfo&) override {}
    void value(Duration&, const FieldInfo&) override {}
    void value(Rate&, const FieldInfo&) override {}
    void value(Share&, const FieldInfo&) override {}
    void value(Cpu&, const FieldInfo&) override {}
    void value(Bytes&, const FieldInfo&) override {}
    void value(Quantity&, const FieldInfo&) override {}
    void value(ByteRate&, const FieldInfo&) override {}
    void value(Amount&, const FieldInfo&) override {}
    void value(Enumerated&, const FieldInfo&) override {}
    void object(ObjectView& v, const FieldInfo&) override {
      Found found;
      v.check(found);
      errors.insert(errors.end(), found.errors.begin(), found.errors.end());
      v.describe(*this);
    }
    void list(ListView& v, const FieldInfo&) override {
      for (std::size_t i = 0; i < v.size(); ++i) v.visit(i, *this);
    }
    void map(MapView&, const FieldInfo&) override {}
    void optional(OptionalView& v, const FieldInfo&) override {
      if (v.has_value()) v.visit(*this);
    }
    void choice(ChoiceView&, const FieldInfo&) override {}
  };
  auto params = hpa({{"maxReplicas", 60}, {"metrics", Items{std::move(metric)}}});
  Check check;
  params.mutable_params().describe(check);
  return check.errors;
}

TEST(KubernetesHpa, RefusesMetricsThatItCannotKeep) {
  EXPECT_TRUE(errors_of(cpu_target("Utilization", "averageUtilization", 60)).empty());
  EXPECT_THAT(errors_of({{"type", "Resource"}}), ElementsAre(": is of type Resource and needs resource"));
  EXPECT_THAT(
      errors_of({{"type", "Resource"},
                 {"resource", Fields{{"name", "ephemeral-storage"},
                                     {"target", Fields{{"type", "Utilization"}, {"averageUtilization", 60}}}}}}),
      ElementsAre("/name: \"ephemeral-storage\" is not simulated; \"cpu\" and \"memory\" are"));
  EXPECT_THAT(errors_of({{"type", "Resource"},
                         {"resource", Fields{{"name", "cpu"}, {"target", Fields{{"type", "Utilization"}}}}}}),
              ElementsAre(": needs one of averageUtilization and averageValue"));
}

TEST(PerRequest, HasTheTermsOfAFunctionPlatform) {
  const auto defaults = Choice<AutoscalerParams>::of("per_request");
  ASSERT_NE(defaults->on_demand(), nullptr);
  EXPECT_EQ(defaults->on_demand()->keep_alive->make()->after_execution().keep, 10min);
  EXPECT_EQ(defaults->on_demand()->max_instances, 1000);
  EXPECT_FALSE(defaults->on_demand()->queue_at_maximum);
  EXPECT_EQ(defaults->make(), nullptr);
  const auto queueing = chosen<AutoscalerParams>("per_request", {{"at_maximum", "queue"}, {"max_instances", 3}});
  EXPECT_TRUE(queueing->on_demand()->queue_at_maximum);
  EXPECT_EQ(queueing->on_demand()->max_instances, 3);
}

}  // namespace
}  // namespace windtunnel
