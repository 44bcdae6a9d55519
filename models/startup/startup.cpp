#include "models/startup/startup.hpp"

#include <algorithm>

#include "models/startup/types.hpp"

namespace windtunnel {

const Registry<Phase>& Phase::registry() {
  static const Registry<Phase> types = [] {
    Registry<Phase> r("start-up phase", "phase");
    add_schedule(r);
    add_pull(r);
    add_boot(r);
    add_warm(r);
    return r;
  }();
  return types;
}

double draw_time(const Distribution& distribution, Stream& stream) {
  const std::uint64_t word = stream.next();
  double value = 0;
  distribution.transform()->apply(&word, &value, 1);
  return std::max(value, 0.0);
}

PhaseEffect draw_startup(const Startup& startup, Stream& stream) {
  PhaseEffect all;
  for (const Choice<Phase>& phase : startup) {
    const PhaseEffect one = phase->draw(stream);
    if (one.pending_s > 0) all.pending_s = all.delay_s + one.pending_s;
    all.delay_s += one.delay_s;
    if (one.slow_requests > 0) {
      all.slow_requests = one.slow_requests;
      all.slowdown = one.slowdown;
    }
  }
  return all;
}

}  // namespace windtunnel
