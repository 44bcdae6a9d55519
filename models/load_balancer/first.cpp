#include "models/load_balancer/least_of_all.hpp"
#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

// HAProxy's `first`: fills one server up to its maxconn before the next is used at all. There, requests wait once all
// are full; here they go to the one with the fewest, so that nothing depends on who wakes a queue.
class First final : public LoadBalancer {
 public:
  explicit First(std::uint32_t limit) : limit_(limit) {}
  std::uint32_t pick(const Backends& backends, Stream&) override {
    std::uint32_t least = 0;
    for (std::uint32_t i = 0; i < backends.size(); ++i) {
      if (backends.outstanding[i] < limit_) return i;
      if (backends.outstanding[i] < backends.outstanding[least]) least = i;
    }
    return least;
  }

 private:
  std::uint32_t limit_;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("max_connections", limit_, "Requests that an instance gets before the next one gets any",
            {.lo = 1, .hi = 1e9, .required = true});
  }
  std::unique_ptr<LoadBalancer> make() const override {
    return std::make_unique<First>(static_cast<std::uint32_t>(limit_));
  }

 private:
  std::int64_t limit_ = 1;
};

}  // namespace

void add_first(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>(
      "first",
      "HAProxy's first: fills one instance after the other, so that few are busy; the fewest requests "
      "once all are full");
}

}  // namespace windtunnel
