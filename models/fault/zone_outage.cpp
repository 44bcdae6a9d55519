#include "models/fault/types.hpp"

namespace windtunnel {
namespace {

class ZoneOutage final : public Fault {
 public:
  void describe(FieldVisitor& v) override {
    v.field("zone", zone_, "Which zone of the cluster", kRequired);
    v.field("at", at_, "When it goes down, in measured time; all instances in it end and their requests are lost",
            kRequired);
    v.field("for", length_, "How long nothing starts in it; instances that moved to other zones stay there",
            kRequiredPositive);
  }
  std::string zone() const override { return zone_; }
  std::optional<Outage> outage() const override { return Outage{to_seconds(at_), to_seconds(length_)}; }

  void schedule(FaultTarget& target, std::size_t) const override {
    target.at(target.measured(at_), [this, &target] { begin(target); });
    target.at(target.measured(at_ + length_), [this, &target] { end(target); });
  }

 private:
  void begin(FaultTarget& target) const {
    target.set_zone_up(zone_, false);
    for (const std::string& service : target.services()) {
      const std::vector<std::uint32_t> lost = target.instances_in_zone(service, zone_);
      for (const std::uint32_t instance : lost) target.kill(service, instance, true);
      target.record(service, "fault", "zone " + zone_ + " went down with " + counted(lost.size()));
    }
  }

  void end(FaultTarget& target) const {
    target.set_zone_up(zone_, true);
    for (const std::string& service : target.services()) {
      target.record(service, "recovery", "zone " + zone_ + " is up again");
      // Where no other zone was up, replacements had to wait for this moment.
      target.reconcile(service);
    }
  }

  std::string zone_;
  Duration at_{0};
  Duration length_ = std::chrono::minutes{10};
};

}  // namespace

void add_zone_outage(Registry<Fault>& faults) {
  faults.add<ZoneOutage>("zone_outage", "A zone goes down with everything in it and comes back later");
}

}  // namespace windtunnel
