#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
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
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using State = InstanceSignal::State;

Fields annotations(std::initializer_list<std::pair<std::string, test::Literal>> named) {
  Fields out;
  for (const auto& [name, literal] : named) out.emplace_back("autoscaling.knative.dev/" + name, literal);
  return out;
}
Choice<AutoscalerParams> kpa(const Fields& its_annotations = {}, const Fields& config = {},
                             std::int64_t container_concurrency = 0) {
  return chosen<AutoscalerParams>(
      "knative_kpa",
      {{"annotations", its_annotations}, {"config", config}, {"containerConcurrency", container_concurrency}});
}

// A revision with so many requests in flight all the time, and so many arriving per second, which its ready pods share.
// Decisions come before observations of the same moment, as in a run.
class Revision {
 public:
  Revision(const Choice<AutoscalerParams>& params, int replicas, Duration boot = 0s)
      : autoscaler_(params->make()), boot_(boot) {
    proxy_ = params->buffering()->at_start;
    for (int i = 0; i < replicas; ++i) start(0s, true);
    replicas_ = replicas;
  }

  void hold(double in_flight, double per_second) {
    in_flight_ = in_flight;
    per_second_ = per_second;
  }
  // A request that nobody holds for any time: it only arrives.
  void request() {
    arrive(1);
    if (ready() == 0 && autoscaler_->wake(signal())) decide();
  }
  void run_until(Time end) {
    while (next() <= end) {
      const Time at = next();
      advance(at);
      if (again_ == at) {
        again_ = kNever;
        decide();
      } else if (next_tick_ == at) {
        next_tick_ += autoscaler_->sync_period();
        decide();
      } else {
        next_look_ += autoscaler_->observe_period();
        autoscaler_->observe(signal());
        proxied_.first_arrival = kNever;
      }
    }
    advance(end);
  }

  std::int64_t replicas() const { return replicas_; }
  bool proxy() const { return proxy_; }
  double saw(const std::string& input) const { return last_.inputs.at(input); }

  struct Change {
    Time at;
    std::int64_t replicas;
  };
  std::vector<Change> changes;
  std::vector<std::string> sentences;

 private:
  Time next() const { return std::min({again_, next_tick_, next_look_}); }
  std::int64_t ready() const {
    return std::count_if(pods_.begin(), pods_.end(), [](const auto& pod) { return pod.state == State::kReady; });
  }
  void start(Time at, bool at_once) {
    InstanceSignal pod;
    pod.id = next_id_++;
    pod.created = at;
    if (at_once || boot_ == 0s) {
      pod.state = State::kReady;
      pod.ready_since = at;
    }
    pods_.push_back(pod);
  }
  void arrive(double count) {
    arriving_ += count;
    const auto whole = static_cast<std::uint64_t>(arriving_);
    arriving_ -= static_cast<double>(whole);
    if (whole == 0) return;
    const bool proxied = proxy_ || ready() == 0;
    if (proxied) {
      proxied_.arrived += whole;
      if (proxied_.first_arrival == kNever) proxied_.first_arrival = now_;
    }
    for (InstanceSignal& pod : pods_) {
      if (pod.state != State::kReady) continue;
      pod.arrived += whole;
      if (proxied) pod.proxied_arrived += whole;
      break;
    }
  }
  void advance(Time to) {
    for (InstanceSignal& pod : pods_) {
      if (pod.state != State::kStarting || pod.created + boot_ > to) continue;
      pod.state = State::kReady;
      pod.ready_since = pod.created + boot_;
    }
    arrive(per_second_ * to_seconds(to - now_));
    const double seconds = to_seconds(to - now_) * in_flight_;
    const bool proxied = proxy_ || ready() == 0;
    if (proxied) proxied_.outstanding_seconds += seconds;
    for (InstanceSignal& pod : pods_) {
      if (pod.state != State::kReady) continue;
      pod.outstanding_seconds += seconds / static_cast<double>(ready());
      if (proxied) pod.proxied_seconds += seconds / static_cast<double>(ready());
    }
    now_ = to;
  }
  void decide() {
    last_ = autoscaler_->decide(signal());
    EXPECT_EQ(last_.sentence.empty(), last_.replicas == replicas_);
    if (last_.replicas != replicas_) {
      changes.push_back({now_, last_.replicas});
      sentences.push_back(last_.sentence);
    }
    replicas_ = last_.replicas;
    while (static_cast<std::int64_t>(pods_.size()) > replicas_) pods_.pop_back();
    while (static_cast<std::int64_t>(pods_.size()) < replicas_) start(now_, false);
    if (last_.buffer) proxy_ = *last_.buffer;
    if (last_.again) again_ = now_ + *last_.again;
  }
  ServiceSignal signal() const {
    ServiceSignal out;
    out.now = now_;
    out.spec_replicas = replicas_;
    out.instances = pods_;
    out.proxied = proxied_;
    return out;
  }

  std::unique_ptr<Autoscaler> autoscaler_;
  Duration boot_;
  std::vector<InstanceSignal> pods_;
  ProxySignal proxied_;
  std::int64_t replicas_ = 0;
  bool proxy_ = false;
  double in_flight_ = 0, per_second_ = 0, arriving_ = 0;
  Time now_{0}, next_tick_ = 2s, next_look_ = 1s, again_ = kNever;
  std::uint32_t next_id_ = 0;
  ScalingDecision last_;
};

TEST(KnativeKpa, ScrapesEverySecondAndDecidesEveryTwo) {
  const auto loop = kpa()->make();
  EXPECT_EQ(loop->observe_period(), 1s);
  EXPECT_EQ(loop->sync_period(), 2s);
  EXPECT_TRUE(loop->watched().requests);
}

TEST(KnativeKpa, KeepsSeventyRequestsInFlightPerPod) {
  Revision revision(kpa(), 1);
  revision.hold(250, 500);
  revision.run_until(90s);
  EXPECT_EQ(revision.replicas(), 4);  // 250 / 70
  EXPECT_EQ(revision.saw("target"), 70);
  EXPECT_EQ(revision.saw("total"), 100);
  EXPECT_NEAR(revision.saw("stable"), 250, 1e-6);
}

TEST(KnativeKpa, KeepsRequestsPerSecondWhereItIsToldTo) {
  Revision revision(kpa(annotations({{"metric", "rps"}, {"target", 50.0}, {"target-utilization-percentage", 80.0}})),
                    1);
  revision.hold(1, 200);
  revision.run_until(100s);
  EXPECT_EQ(revision.saw("target"), 40);
  EXPECT_EQ(revision.replicas(), 5);
  EXPECT_THAT(revision.sentences.front(), HasSubstr("requests per second "));
}

TEST(KnativeKpa, TakesContainerConcurrencyForTheCapacity) {
  Revision revision(kpa({}, {}, 10), 1);
  revision.hold(30, 30);
  revision.run_until(60s);
  EXPECT_EQ(revision.saw("target"), 7);
  EXPECT_EQ(revision.saw("total"), 10);
  EXPECT_EQ(revision.replicas(), 5);  // 30 / 7
}

// Direct traffic to one pod, so that the windows alone decide: nothing for a minute, then 210 in flight.
const Fields kAlone = {{"target-burst-capacity", 0.0}};

TEST(KnativeKpa, PanicsWhereTheLastSecondsAskForTwiceThePods) {
  Revision revision(kpa({}, kAlone), 1);
  revision.hold(1, 1);
  revision.run_until(60s);
  revision.hold(210, 210);
  revision.run_until(61s);
  EXPECT_EQ(revision.replicas(), 1);
  // 1 and 210 over the last two of six seconds: the tick at 62 s has seen one second of it, (4 x 1 + 210) / 5 = 42.8;
  // that at 64 s three of five, 126.4: two pods are twice what is there.
  revision.run_until(62s);
  EXPECT_EQ(revision.replicas(), 1);
  revision.run_until(64s);
  EXPECT_EQ(revision.replicas(), 2);
  EXPECT_THAT(revision.sentences, ElementsAre("1 -> 2: concurrency 126.4 over 6s, target 70 per pod, 1 ready, "
                                              "panicking"));
  revision.run_until(68s);
  EXPECT_EQ(revision.replicas(), 3);
  EXPECT_LT(revision.saw("stable"), 70);  // the stable window would still do with one
  EXPECT_EQ(revision.saw("stable_recommendation"), 1);
  EXPECT_EQ(revision.saw("panic_recommendation"), 3);
}

TEST(KnativeKpa, DoesNotShrinkInPanic) {
  Revision revision(kpa({}, kAlone), 1);
  revision.hold(1, 1);
  revision.run_until(60s);
  revision.hold(210, 210);
  revision.run_until(70s);
  EXPECT_EQ(revision.replicas(), 3);
  // The window has two pods' worth in it until 73 s or so; from then it is a minute without cause for panic.
  revision.hold(1, 1);
  revision.run_until(120s);
  EXPECT_EQ(revision.replicas(), 3);
  EXPECT_EQ(revision.saw("panicking"), 1);
  revision.run_until(140s);
  EXPECT_EQ(revision.replicas(), 1);
}

TEST(KnativeKpa, BeginsInPanicWithThePodsItFinds) {
  Revision revision(kpa({}, kAlone), 5);
  revision.hold(10, 10);
  revision.run_until(60s);
  EXPECT_EQ(revision.replicas(), 5);
  revision.run_until(62s);  // more than a minute since the run began
  EXPECT_EQ(revision.replicas(), 2);
  EXPECT_THAT(revision.sentences.back(), HasSubstr("; limited by max-scale-down-rate"));
}

// --- to zero and back

TEST(KnativeKpa, GoesToZeroOnceTheWindowIsEmptyAndTheActivatorHasBeenInThePath) {
  Revision revision(kpa(), 1);
  revision.hold(10, 10);
  revision.run_until(100s);
  revision.hold(0, 0);
  revision.run_until(200s);
  // The last second with requests is that of 99 s and the report at 100 s; the tick at 160 s finds none within a
  // minute, and three seconds later the last pod goes, as the activator has been in the path all the time.
  ASSERT_EQ(revision.changes.size(), 1U);
  EXPECT_EQ(revision.changes[0].at, 163s);
  EXPECT_EQ(revision.changes[0].replicas, 0);
  EXPECT_THAT(revision.sentences, ElementsAre("1 -> 0: no requests over 1m, inactive for 3s"));
}

TEST(KnativeKpa, WaitsForTheGracePeriodWhereTheActivatorComesIntoThePathLast) {
  Revision revision(kpa({}, kAlone), 1);
  revision.hold(10, 10);
  revision.run_until(100s);
  EXPECT_FALSE(revision.proxy());
  revision.hold(0, 0);
  revision.run_until(162s);
  EXPECT_TRUE(revision.proxy());
  revision.run_until(300s);
  ASSERT_EQ(revision.changes.size(), 1U);
  EXPECT_EQ(revision.changes[0].at, 190s);  // inactive since 160 s
  EXPECT_THAT(revision.sentences, ElementsAre("1 -> 0: no requests over 1m, inactive for 30s"));
}

TEST(KnativeKpa, KeepsTheLastPodForItsRetention) {
  Revision revision(kpa(annotations({{"scale-to-zero-pod-retention-period", Duration{100s}}})), 1);
  revision.hold(10, 10);
  revision.run_until(100s);
  revision.hold(0, 0);
  revision.run_until(400s);
  ASSERT_EQ(revision.changes.size(), 1U);
  EXPECT_EQ(revision.changes[0].at, 260s);
}

TEST(KnativeKpa, KeepsMinScale) {
  Revision revision(kpa(annotations({{"min-scale", 2}})), 3);
  revision.run_until(400s);
  EXPECT_EQ(revision.replicas(), 2);
  EXPECT_THAT(revision.sentences, ElementsAre(HasSubstr("; limited by min-scale")));
}

TEST(KnativeKpa, KeepsMaxScale) {
  Revision revision(kpa(annotations({{"max-scale", 3}})), 1);
  revision.hold(700, 700);
  revision.run_until(60s);
  EXPECT_EQ(revision.replicas(), 3);
  EXPECT_THAT(revision.sentences.back(), HasSubstr("; limited by max-scale"));
}

TEST(KnativeKpa, StaysAtOneWhereZeroIsSwitchedOff) {
  Revision revision(kpa({}, {{"enable-scale-to-zero", false}}), 2);
  revision.run_until(400s);
  EXPECT_EQ(revision.replicas(), 1);
}

TEST(KnativeKpa, BringsARevisionToItsInitialScaleFirst) {
  Revision revision(kpa(annotations({{"initial-scale", 4}})), 1, 5s);
  revision.run_until(3s);
  EXPECT_EQ(revision.replicas(), 4);
  EXPECT_THAT(revision.sentences.front(), HasSubstr("; limited by initial-scale"));
  // They are ready at 7 s; from then on nothing keeps them: half of them go at the next tick, and so on.
  revision.run_until(8s);
  EXPECT_EQ(revision.replicas(), 2);
  revision.run_until(66s);
  EXPECT_EQ(revision.replicas(), 1);
  revision.run_until(70s);  // active for a minute, inactive for three seconds
  EXPECT_EQ(revision.replicas(), 0);
}

TEST(KnativeKpa, HoldsWhatWasAskedForWithinTheScaleDownDelay) {
  Revision revision(kpa(annotations({{"scale-down-delay", Duration{120s}}}), kAlone), 1);
  revision.hold(250, 250);
  revision.run_until(100s);
  EXPECT_EQ(revision.replicas(), 4);
  revision.hold(100, 100);
  // The stable window still asks for four pods at about 113 s, and that is over two minutes later.
  revision.run_until(230s);
  EXPECT_EQ(revision.replicas(), 4);
  revision.run_until(300s);
  EXPECT_EQ(revision.replicas(), 2);
}

TEST(KnativeKpa, IsWokenByTheFirstRequestAtZero) {
  Revision revision(kpa(), 0, 5s);
  revision.run_until(10s + 300ms);
  EXPECT_THAT(revision.changes, IsEmpty());
  revision.request();
  ASSERT_EQ(revision.changes.size(), 1U);
  EXPECT_EQ(revision.changes[0].at, 10s + 300ms);
  EXPECT_EQ(revision.changes[0].replicas, 1);
  EXPECT_THAT(revision.sentences, ElementsAre("0 -> 1: concurrency 1 over 1m, target 70 per pod, 0 ready"));
  // Others come while the pod starts: nobody is woken any more, the ticks count them.
  for (int i = 0; i < 99; ++i) revision.request();
  EXPECT_EQ(revision.changes.size(), 1U);
  revision.hold(300, 0);
  revision.run_until(14s);
  EXPECT_GE(revision.replicas(), 2);
}

TEST(KnativeKpa, StartsActivationScaleAtOnce) {
  Revision revision(kpa(annotations({{"activation-scale", 3}})), 0);
  revision.run_until(10s + 300ms);
  revision.request();
  EXPECT_EQ(revision.replicas(), 3);
  EXPECT_THAT(revision.sentences.front(), HasSubstr("; limited by activation-scale"));
}

TEST(KnativeKpa, GivesUpOnAPodThatDoesNotBecomeReady) {
  Fields with_deadline = {{"serving.knative.dev/progress-deadline", Duration{90s}}};
  Revision revision(kpa(with_deadline), 0, 1h);
  revision.run_until(10s);
  revision.request();
  EXPECT_EQ(revision.replicas(), 1);
  revision.run_until(129s);
  EXPECT_EQ(revision.replicas(), 1);
  revision.run_until(131s);  // activating for more than 90 s + 30 s
  EXPECT_EQ(revision.replicas(), 0);
  EXPECT_THAT(revision.sentences.back(), HasSubstr("not active within 2m"));
}

TEST(KnativeKpa, CountsTheFirstRequestAfterAnIdleSecondAsOneInFlight) {
  // One request every ten seconds that takes no time at all is one in flight for one second of ten.
  Revision revision(kpa(), 1);
  for (int i = 1; i <= 12; ++i) {
    revision.run_until(i * 10s + 500ms);
    revision.request();
  }
  revision.run_until(124s);
  EXPECT_NEAR(revision.saw("stable"), 0.1, 0.01);
  EXPECT_EQ(revision.replicas(), 1);
}

// --- the activator

TEST(KnativeKpa, HasTheActivatorInThePathUntilABurstWouldFit) {
  Revision revision(kpa(), 1);
  EXPECT_TRUE(revision.proxy());
  revision.hold(150, 150);  // three pods, and 300 - 211 - 150 < 0
  revision.run_until(80s);
  EXPECT_EQ(revision.replicas(), 3);
  EXPECT_TRUE(revision.proxy());
  EXPECT_EQ(revision.saw("excess_burst_capacity"), -61);
  EXPECT_EQ(revision.saw("activators"), 6);  // (300 + 211) / 100
  revision.hold(360, 360);                   // six pods: 600 - 211 - 360 >= 0
  revision.run_until(200s);
  EXPECT_EQ(revision.replicas(), 6);
  EXPECT_FALSE(revision.proxy());
  EXPECT_EQ(revision.saw("excess_burst_capacity"), 29);
}

TEST(KnativeKpa, SeesTheSameLoadWhicheverWayItTakes) {
  for (const double burst : {0.0, -1.0}) {
    Revision revision(kpa(annotations({{"target-burst-capacity", burst}})), 1);
    revision.hold(250, 500);
    revision.run_until(90s);
    EXPECT_EQ(revision.proxy(), burst == -1);
    EXPECT_EQ(revision.replicas(), 4);
    EXPECT_NEAR(revision.saw("stable"), 250, 1e-6);
  }
}

TEST(KnativeKpa, IsNotInTheWayWithoutABurstToTake) {
  EXPECT_FALSE(kpa(annotations({{"target-burst-capacity", 0.0}}))->buffering()->at_start);
  EXPECT_TRUE(kpa(annotations({{"target-burst-capacity", -1.0}}))->buffering()->at_start);
  EXPECT_TRUE(kpa()->buffering()->at_start);
  EXPECT_FALSE(kpa(annotations({{"initial-scale", 3}}))->buffering()->at_start);
  EXPECT_EQ(kpa()->buffering()->per_instance, 0);
  EXPECT_EQ(kpa({}, {}, 4)->buffering()->per_instance, 4);
}

// --- what does not fit together

std::vector<std::string> errors_of(Choice<AutoscalerParams> params) {
  Found found;
  params.mutable_params().check(found);
  return found.errors;
}
std::string at(const std::string& name) { return "/annotations/autoscaling.knative.dev~1" + name + ": "; }

TEST(KnativeKpa, RefusesWhatKnativeRefuses) {
  EXPECT_THAT(errors_of(kpa()), IsEmpty());
  EXPECT_THAT(errors_of(kpa(annotations({{"class", "hpa.autoscaling.knative.dev"}}))),
              ElementsAre(at("class") + "the HPA class is another autoscaler, kubernetes_hpa"));
  EXPECT_THAT(errors_of(kpa(annotations({{"metric", "cpu"}}))),
              ElementsAre(at("metric") + "\"cpu\" is a metric of the HPA class; the KPA knows concurrency and rps"));
  EXPECT_THAT(errors_of(kpa(annotations({{"min-scale", 5}, {"max-scale", 3}}))),
              ElementsAre(at("max-scale") + "3 is below min-scale, 5"));
  EXPECT_THAT(errors_of(kpa(annotations({{"min-scale", 5}}), {{"max-scale", 3}})),
              ElementsAre("/config/max-scale: 3 is below min-scale, 5"));
  EXPECT_THAT(errors_of(kpa(annotations({{"max-scale", 5}, {"activation-scale", 6}}))),
              ElementsAre(at("activation-scale") + "6 is above max-scale, 5"));
  EXPECT_THAT(errors_of(kpa(annotations({{"min-scale", 3}, {"activation-scale", 2}}))),
              ElementsAre(at("activation-scale") + "2 is below min-scale, 3"));
  EXPECT_THAT(errors_of(kpa(annotations({{"max-scale", 11}}), {{"max-scale-limit", 10}, {"max-scale", 10}})),
              ElementsAre(at("max-scale") + "11 is not from 1 to max-scale-limit, 10"));
  EXPECT_THAT(errors_of(kpa({}, {{"max-scale-limit", 10}})),
              ElementsAre("/config/max-scale: 0 is not from 1 to max-scale-limit, 10"));
  EXPECT_THAT(errors_of(kpa(annotations({{"initial-scale", 0}}))),
              ElementsAre(at("initial-scale") + "0 needs allow-zero-initial-scale in config"));
  EXPECT_THAT(errors_of(kpa(annotations({{"initial-scale", 0}}), {{"allow-zero-initial-scale", true}})), IsEmpty());
  EXPECT_THAT(errors_of(kpa(annotations({{"target-burst-capacity", -0.5}}))),
              ElementsAre(at("target-burst-capacity") + "must be at least 0, or -1 for any burst"));
  EXPECT_THAT(errors_of(kpa(annotations({{"window", Duration{61500ms}}}))),
              ElementsAre(at("window") + "must be whole seconds"));
  EXPECT_THAT(errors_of(kpa({}, {{"container-concurrency-target-default", 0.011}})),
              ElementsAre("/config/container-concurrency-target-default: times container-concurrency-target-percentage "
                          "is below 0.01"));
}

}  // namespace
}  // namespace windtunnel
