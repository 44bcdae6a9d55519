#include "models/load_balancer/prequal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "models/load_balancer/types.hpp"
#include "models/load_balancer/xxhash64.hpp"

namespace windtunnel {

void ProbePool::add(const Probe& probe, std::size_t most) {
  if (probes_.size() >= most) remove_oldest();
  probes_.push_back(probe);
}

void ProbePool::expire(Time now, Duration max_age) {
  std::erase_if(probes_, [&](const Probe& probe) { return now - probe.at > max_age; });
}

void ProbePool::forget_all_but(std::span<const std::uint32_t> numbers) {
  std::erase_if(probes_, [&](const Probe& probe) {
    return std::find(numbers.begin(), numbers.end(), probe.number) == numbers.end();
  });
}

std::size_t ProbePool::best(double hot) const {
  const auto better = [hot](const Probe& a, const Probe& b) {
    const bool a_hot = a.in_flight > hot, b_hot = b.in_flight > hot;
    if (a_hot != b_hot) return b_hot;
    return a_hot ? a.in_flight < b.in_flight : a.latency < b.latency;
  };
  return static_cast<std::size_t>(std::min_element(probes_.begin(), probes_.end(), better) - probes_.begin());
}

void ProbePool::use(std::size_t index) {
  Probe& probe = probes_[index];
  ++probe.in_flight;
  if (--probe.uses <= 0) probes_.erase(probes_.begin() + static_cast<std::ptrdiff_t>(index));
}

void ProbePool::remove_worst(double hot) {
  if (probes_.empty()) return;
  const auto better = [hot](const Probe& a, const Probe& b) {
    const bool a_hot = a.in_flight > hot, b_hot = b.in_flight > hot;
    if (a_hot != b_hot) return b_hot;
    return a_hot ? a.in_flight < b.in_flight : a.latency < b.latency;
  };
  probes_.erase(std::max_element(probes_.begin(), probes_.end(), better));
}

void ProbePool::remove_oldest() {
  if (!probes_.empty()) probes_.erase(probes_.begin());
}

void InFlightSeen::add(std::uint32_t in_flight) {
  constexpr std::size_t kKept = 128;
  if (last_.size() < kKept) {
    last_.push_back(in_flight);
    return;
  }
  last_[next_] = in_flight;
  next_ = next_ + 1 == kKept ? 0 : next_ + 1;
}

double InFlightSeen::quantile(double q) const {
  if (q <= 0) return -1;
  if (q >= 1 || last_.empty()) return std::numeric_limits<double>::infinity();
  std::vector<std::uint32_t> sorted = last_;
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size()))) - 1;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(rank), sorted.end());
  return sorted[rank];
}

std::optional<double> probe_reuse(double delta, double pool, double backends, double probes, double removed) {
  const double net = (1 - pool / backends) * probes - removed;
  if (net <= 0) return {};
  return std::max(1.0, (1 + delta) / net);
}

void LatencyByLoad::record(std::uint32_t in_flight, Duration latency) {
  if (in_flight >= by_load_.size()) by_load_.resize(in_flight + 1);
  Recent& recent = by_load_[in_flight];
  if (recent.last.size() < kKept) {
    recent.last.push_back(latency);
    return;
  }
  recent.last[recent.next] = latency;
  recent.next = recent.next + 1 == kKept ? 0 : recent.next + 1;
}

Duration LatencyByLoad::estimate(std::uint32_t in_flight) const {
  if (by_load_.empty()) return Duration::zero();
  const auto size = static_cast<std::int64_t>(by_load_.size());
  for (std::int64_t off = 0; off < std::max<std::int64_t>(size, in_flight + std::int64_t{1}); ++off)
    for (const std::int64_t load : {in_flight - off, in_flight + off}) {
      if (load < 0 || load >= size) continue;
      std::vector<Duration> sorted = by_load_[static_cast<std::size_t>(load)].last;
      if (sorted.empty()) continue;
      const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) / 2);
      std::nth_element(sorted.begin(), middle, sorted.end());
      return *middle;
    }
  return Duration::zero();
}

namespace {

struct Settings {
  std::int64_t pool_size = 16;
  double probe_rate = 3, remove_rate = 1, reuse_delta = 1;
  Share rif_quantile{0.84};
  Duration max_age = std::chrono::seconds{1};
};

// Probes are answered at once, but for the requests after the one that sent them: they are never waited for.
class Prequal final : public LoadBalancer {
 public:
  explicit Prequal(const Settings& settings) : s_(settings) {}

  void may_probe(Probed& probed) override { probed_ = &probed; }
  void backends_changed(const Backends& backends) override {
    std::vector<std::uint32_t> numbers;
    for (const Backend& backend : backends.backend) numbers.push_back(backend.number);
    pool_.forget_all_but(numbers);
  }

  // One word for each request; what else is drawn derives from it.
  std::uint32_t pick(const Backends& backends, Stream& words) override {
    const std::uint64_t word = words.next();
    const auto n = static_cast<std::uint32_t>(backends.size());
    if (probed_ == nullptr || backends.backend.empty()) return scale_to(n, high_half(word));
    pool_.expire(backends.now, s_.max_age);
    const double hot = seen_.quantile(s_.rif_quantile.value);
    std::uint32_t picked = scale_to(n, high_half(word));
    if (pool_.size() >= 2) {
      const std::size_t best = pool_.best(hot);
      picked = position_of(backends, pool_[best].number);
      pool_.use(best);
    }
    remove_due_ += s_.remove_rate;
    for (; remove_due_ >= 1; remove_due_ -= 1) {
      oldest_next_ ? pool_.remove_oldest() : pool_.remove_worst(hot);
      oldest_next_ = !oldest_next_;
    }
    probe(backends, word);
    return picked;
  }

 private:
  static std::uint32_t position_of(const Backends& backends, std::uint32_t number) {
    const auto found = std::find_if(backends.backend.begin(), backends.backend.end(),
                                    [number](const Backend& backend) { return backend.number == number; });
    return static_cast<std::uint32_t>(found - backends.backend.begin());
  }

  std::int64_t uses(const Backends& backends, double u) const {
    const std::optional<double> reuse =
        probe_reuse(s_.reuse_delta, static_cast<double>(s_.pool_size), static_cast<double>(backends.size()),
                    s_.probe_rate, s_.remove_rate);
    if (!reuse) return std::numeric_limits<std::int64_t>::max();
    const double whole = std::floor(*reuse);
    return static_cast<std::int64_t>(whole) + (u < *reuse - whole ? 1 : 0);
  }

  // Different backends at random: the first of a shuffled list.
  void probe(const Backends& backends, std::uint64_t word) {
    probe_due_ += s_.probe_rate;
    order_.resize(backends.size());
    std::iota(order_.begin(), order_.end(), 0U);
    for (std::uint32_t k = 0; probe_due_ >= 1; probe_due_ -= 1, ++k) {
      if (k >= order_.size()) continue;
      const std::uint64_t drawn = xxhash64(k, word);
      const auto rest = static_cast<std::uint32_t>(order_.size()) - k;
      std::swap(order_[k], order_[k + scale_to(rest, high_half(drawn))]);
      const std::uint32_t number = backends.backend[order_[k]].number;
      const auto answer = probed_->probe(number);
      if (!answer) continue;
      seen_.add(answer->in_flight);
      const double u = Stream::to_unit(xxhash64(k, ~word));
      pool_.add({number, answer->in_flight, answer->latency, backends.now, uses(backends, u)},
                static_cast<std::size_t>(s_.pool_size));
    }
  }

  Settings s_;
  Probed* probed_ = nullptr;
  ProbePool pool_;
  InFlightSeen seen_;
  double probe_due_ = 0, remove_due_ = 0;
  bool oldest_next_ = false;
  std::vector<std::uint32_t> order_;  // scratch
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("pool_size", s_.pool_size, "Answers to probes that a balancer keeps", {.lo = 2, .hi = 1000});
    v.field("probe_rate", s_.probe_rate, "Probes sent for each request, to different instances at random",
            {.lo = 0, .hi = 100, .above_lo = true});
    v.field("rif_quantile", s_.rif_quantile,
            "A probed instance is hot if it holds more requests than this quantile of what recent probes found: 0 goes "
            "by requests alone, 1 by latency alone",
            {.lo = 0, .hi = 1});
    v.field("remove_rate", s_.remove_rate, "Answers removed after each request, in turn the worst and the oldest",
            {.lo = 0, .hi = 100});
    v.field("reuse_delta", s_.reuse_delta, "The larger, the more often an answer may be used", kPositive);
    v.field("max_age", s_.max_age, "Answers are good for so long", kPositive);
  }
  bool looks_closer() const override { return true; }
  bool probes() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<Prequal>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_prequal(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("prequal",
                        "Google's Prequal: probes instances and takes the fastest of those that hold few requests, or "
                        "the emptiest where all hold many");
}

}  // namespace windtunnel
