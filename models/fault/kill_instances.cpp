#include <memory>

#include "models/fault/types.hpp"

namespace windtunnel {
namespace {

class KillInstances final : public Fault {
 public:
  void describe(FieldVisitor& v) override {
    v.field("service", service_, "Whose instances are killed; the requests they hold are lost", kRequired);
    victims_.describe(v);
    v.field("at", at_, "When, in measured time", kRequired);
    v.field("every", every_, "Again and again after so long; none: once", kPositive);
    v.field("replace", replace_, "Whether the service replaces them at once; if not, at its next change of replicas");
  }
  void check(Problems& p) override { victims_.check(p); }
  std::string service() const override { return service_; }

  void schedule(FaultTarget& target, std::size_t index) const override {
    auto words = std::make_shared<Stream>(target.stream(stream_name(index, "victims")));
    strike_at(target, target.measured(at_), words);
  }

 private:
  void strike_at(FaultTarget& target, Time when, const std::shared_ptr<Stream>& words) const {
    target.at(when, [this, &target, when, words] {
      strike(target, *words);
      if (every_) strike_at(target, when + *every_, words);
    });
  }

  void strike(FaultTarget& target, Stream& words) const {
    const std::vector<std::uint32_t> running = target.instances(service_);
    const std::vector<std::uint32_t> victims = victims_.draw(running, words);
    for (const std::uint32_t instance : victims) target.kill(service_, instance, replace_);
    target.record(service_, "fault",
                  victims.empty() ? "killed nothing: no instance runs"
                                  : "killed " + std::to_string(victims.size()) + " of " + counted(running.size()) +
                                        ": " + listed(victims));
  }

  std::string service_;
  Victims victims_;
  Duration at_{0};
  std::optional<Duration> every_;
  bool replace_ = true;
};

}  // namespace

void add_kill_instances(Registry<Fault>& faults) {
  faults.add<KillInstances>("kill_instances", "Ends instances at a moment, drawn at random among those that run");
}

}  // namespace windtunnel
