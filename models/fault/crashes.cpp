#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "models/fault/types.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {
namespace {

enum class Repair { kExponential, kConstant };
constexpr std::array<std::string_view, 2> kRepairNames = {"exponential", "constant"};

// Every instance dies after an exponential time from its creation, whatever it is doing; the service then lacks it for
// a repair time and starts a new one, which takes a start-up on top. Lives and repairs have a stream each and are taken
// in the order of creations and of crashes, so two variants of a scenario see the same lives as long as they create
// alike.
class Crashes final : public Fault {
 public:
  void describe(FieldVisitor& v) override {
    v.field("service", service_, "Whose instances crash; the requests they hold are lost", kRequired);
    v.field("mtbf", mtbf_, "Mean time from an instance's creation to its crash; exponential, each by itself",
            kRequiredPositive);
    v.field("mttr", mttr_, "Mean time from a crash to the creation of the replacement", kRequiredPositive);
    v.choice("repair", repair_, kRepairNames, "How that time is distributed: exponential, or always the same");
  }
  std::string service() const override { return service_; }
  std::optional<Repaired> repaired() const override { return Repaired{to_seconds(mtbf_), to_seconds(mttr_)}; }

  void schedule(FaultTarget& target, std::size_t index) const override {
    const DistributionChoice life = exponential(to_seconds(mtbf_));
    auto lives = std::make_shared<Sampler>(target.stream(stream_name(index, "lives")), *life);
    const double mean = to_seconds(mttr_);
    const DistributionChoice repair = repair_ == Repair::kExponential ? exponential(mean) : constant(mean);
    auto repairs = std::make_shared<Sampler>(target.stream(stream_name(index, "repairs")), *repair);
    target.for_each_instance(service_, [this, &target, lives, repairs](std::uint32_t instance) {
      const Duration left{lives->next_ns()};
      if (left > kNever - target.now()) return;
      target.at(target.now() + left, [this, &target, instance, repairs] { crash(target, instance, *repairs); });
    });
  }

 private:
  void crash(FaultTarget& target, std::uint32_t instance, Sampler& repairs) const {
    const std::vector<std::uint32_t> running = target.instances(service_);
    if (std::find(running.begin(), running.end(), instance) == running.end()) return;
    const Duration repair{repairs.next_ns()};
    target.record(service_, "fault", "instance " + std::to_string(instance) + " crashed");
    target.under_repair(service_, 1);
    target.kill(service_, instance, false);
    target.at(target.now() + repair, [this, &target, instance] {
      target.under_repair(service_, -1);
      target.record(service_, "recovery", "instance " + std::to_string(instance) + " is replaced");
      target.reconcile(service_);
    });
  }

  std::string service_;
  Duration mtbf_ = std::chrono::hours{24};
  Duration mttr_ = std::chrono::minutes{1};
  Repair repair_ = Repair::kExponential;
};

}  // namespace

void add_crashes(Registry<Fault>& faults) {
  faults.add<Crashes>("crashes", "Instances that crash at random and are replaced after a repair time");
}

}  // namespace windtunnel
