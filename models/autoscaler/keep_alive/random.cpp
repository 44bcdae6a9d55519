#include <memory>
#include <optional>

#include "models/autoscaler/keep_alive/keep_alive.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {
namespace {

class Random final : public KeepAlive {
 public:
  explicit Random(const Distribution& time) : time_(time) {}
  void run_begins(const Stream& words) override { drawn_.emplace(words, time_); }
  KeepAliveTerms after_execution() override { return {.load_after = Duration{}, .keep = Duration{drawn_->next_ns()}}; }

 private:
  const Distribution& time_;
  std::optional<Sampler> drawn_;
};

class Params final : public KeepAliveParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("time", time_, "How long an instance without a request is kept, drawn each time it has done one",
            kRequired);
  }
  std::unique_ptr<KeepAlive> make() const override { return std::make_unique<Random>(*time_); }

 private:
  DistributionChoice time_;
};

}  // namespace

void add_random_keep_alive(Registry<KeepAliveParams>& policies) {
  policies.add<Params>("random", "A time drawn from a distribution");
}

}  // namespace windtunnel
