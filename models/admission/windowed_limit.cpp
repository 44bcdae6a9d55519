#include "models/admission/windowed_limit.hpp"

#include <algorithm>

namespace windtunnel {

void WindowedLimit::ended(const ConcurrencySample& sample) {
  const Duration trip = sample.round_trip();
  if (trip < window_.min_rtt) return;
  seen_.most = std::max(seen_.most, sample.in_flight);
  if (sample.dropped) {
    seen_.dropped = true;
  } else {
    ++seen_.samples;
    seen_.sum += trip;
    seen_.least = std::min(seen_.least, trip);
  }
  if (sample.now <= next_) return;
  const Seen whole = std::exchange(seen_, {});
  const Duration twice = whole.samples == 0 ? Duration::max() : 2 * whole.least;
  next_ = sample.now + std::min(std::max(twice, window_.min_time), window_.max_time);
  if (whole.samples == 0 || whole.samples < window_.min_samples) return;
  const Duration mean = whole.sum / whole.samples;
  limit_->ended({sample.now - mean, sample.now, whole.most, whole.dropped});
}

}  // namespace windtunnel
