#include <algorithm>
#include <array>
#include <string_view>

#include "models/load_balancer/per_backend.hpp"
#include "models/load_balancer/smooth_turns.hpp"
#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

// NGINX' least_conn: the fewest connections for its weight, compared crosswise; the tied take smooth weighted turns.
class Nginx final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream&) override {
    std::uint32_t best = 0, tied = 1;
    for (std::uint32_t i = 1; i < backends.size(); ++i) {
      const double a = load(backends, i, best), b = load(backends, best, i);
      if (a < b) {
        best = i;
        tied = 1;
      } else if (a == b) {
        ++tied;
      }
    }
    if (tied == 1) return best;
    return turns_.pick(backends, [&](std::uint32_t i) { return load(backends, i, best) == load(backends, best, i); });
  }

  void counts_failures(std::int64_t max_fails) override { max_fails_ = max_fails; }
  void ended(const Answer& answer) override {
    if (answer.failed && max_fails_ > 0) turns_.failed(answer.number, max_fails_);
  }

 private:
  static double load(const Backends& backends, std::uint32_t of, std::uint32_t against) {
    return backends.outstanding[of] * backends.backend[against].weight;
  }
  SmoothTurns turns_;
  std::int64_t max_fails_ = 0;
};

// HAProxy's leastconn (lb_fwlc.c): 0 for an idle server, else (connections + 1) / weight; a server that is chosen or
// whose connections change goes to the end of those with the same key.
class HaProxy final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream&) override {
    std::uint32_t best = 0;
    for (std::uint32_t i = 1; i < backends.size(); ++i) {
      const double a = key(backends, i), b = key(backends, best);
      if (a < b || (a == b && last_.at(backends, i) < last_.at(backends, best))) best = i;
    }
    last_.at(backends, best) = ++turn_;
    return best;
  }
  void ended(const Answer& answer) override { last_.of(answer.number) = ++turn_; }

 private:
  static double key(const Backends& backends, std::uint32_t position) {
    const std::uint32_t held = backends.outstanding[position];
    return held == 0 ? 0 : (held + 1.0) / backends.backend[position].weight;
  }
  PerBackend<std::uint64_t> last_;  // when its key last changed, in turns
  std::uint64_t turn_ = 0;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.choice("as", as_, kNames,
             "Whose rule: nginx (connections / weight; the tied take smooth weighted turns) or haproxy ((connections + "
             "1) / weight, 0 for an idle one; of the tied the one whose count has not changed for longest)");
  }
  bool looks_closer() const override { return true; }
  bool respects_weights() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override {
    if (as_ == As::kHaProxy) return std::make_unique<HaProxy>();
    return std::make_unique<Nginx>();
  }

 private:
  enum class As { kNginx, kHaProxy };
  static constexpr std::array<std::string_view, 2> kNames = {"nginx", "haproxy"};
  As as_ = As::kNginx;
};

}  // namespace

void add_least_connections(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("least_connections",
                        "The fewest requests for its weight: NGINX' least_conn, HAProxy's leastconn");
}

}  // namespace windtunnel
