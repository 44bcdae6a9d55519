#include <vector>

#include "models/load_balancer/per_backend.hpp"
#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

// Lu et al., "Join-Idle-Queue" (2011): a backend that falls idle queues up at one of the balancers, which serves its
// queue in order and otherwise sends at random. An entry is not withdrawn when another balancer makes its backend busy.
class JoinIdleQueue final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream& words) override {
    const std::uint32_t at_random = words.below(static_cast<std::uint32_t>(backends.size()));
    while (served_ < idle_.size()) {
      const std::uint32_t number = idle_[served_++];
      const std::uint32_t position = position_.of(number);
      if (position < backends.size() && backends.backend[position].number == number) return position;
    }
    return at_random;
  }
  void backends_changed(const Backends& backends) override {
    for (std::uint32_t i = 0; i < backends.size(); ++i) position_.at(backends, i) = i;
  }
  void idle(std::uint32_t number) override {
    if (served_ * 2 > idle_.size()) {
      idle_.erase(idle_.begin(), idle_.begin() + static_cast<std::ptrdiff_t>(served_));
      served_ = 0;
    }
    idle_.push_back(number);
  }

 private:
  std::vector<std::uint32_t> idle_;  // numbers
  std::size_t served_ = 0;           // of them, from the front
  PerBackend<std::uint32_t> position_;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor&) override {}
  bool looks_closer() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<JoinIdleQueue>(); }
};

}  // namespace

void add_join_idle_queue(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("join_idle_queue",
                        "The instance that has been idle for longest, of those that reported here; else any at random");
}

}  // namespace windtunnel
