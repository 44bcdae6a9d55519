#include <algorithm>
#include <memory>

#include "models/fault/types.hpp"

namespace windtunnel {
namespace {

class SlowInstances final : public Fault {
 public:
  void describe(FieldVisitor& v) override {
    v.field("service", service_, "Whose instances slow down; they stay in service", kRequired);
    victims_.describe(v);
    v.field("factor", factor_, "How many times as long their CPU work takes", {.lo = 1, .required = true});
    v.field("at", at_, "When they slow down, in measured time", kRequired);
    v.field("for", length_, "How long they stay slow; none: as long as they live", kPositive);
  }
  void check(Problems& p) override { victims_.check(p); }
  std::string service() const override { return service_; }

  void schedule(FaultTarget& target, std::size_t index) const override {
    auto words = std::make_shared<Stream>(target.stream(stream_name(index, "victims")));
    target.at(target.measured(at_), [this, &target, words] { begin(target, *words); });
  }

 private:
  void begin(FaultTarget& target, Stream& words) const {
    const std::vector<std::uint32_t> victims = victims_.draw(target.instances(service_), words);
    if (victims.empty()) return target.record(service_, "fault", "slowed nothing down: no instance runs");
    for (const std::uint32_t instance : victims) target.set_slowdown(service_, instance, factor_);
    target.record(service_, "fault", "slowed " + counted(victims.size()) + " down: " + listed(victims));
    if (length_) target.at(target.now() + *length_, [this, &target, victims] { end(target, victims); });
  }

  void end(FaultTarget& target, const std::vector<std::uint32_t>& victims) const {
    const std::vector<std::uint32_t> running = target.instances(service_);
    std::vector<std::uint32_t> left;
    for (const std::uint32_t instance : victims) {
      if (std::find(running.begin(), running.end(), instance) == running.end()) continue;
      target.set_slowdown(service_, instance, 1);
      left.push_back(instance);
    }
    target.record(
        service_, "recovery",
        left.empty() ? "no slow instance is left" : counted(left.size()) + " at full speed again: " + listed(left));
  }

  std::string service_;
  Victims victims_;
  double factor_ = 2;
  Duration at_{0};
  std::optional<Duration> length_;
};

}  // namespace

void add_slow_instances(Registry<Fault>& faults) {
  faults.add<SlowInstances>("slow_instances", "Instances that work slower for a while without failing");
}

}  // namespace windtunnel
