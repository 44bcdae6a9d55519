#include "sim/statistics/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace windtunnel {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Histogram::Histogram(int bits)
    : bits_(bits),
      linear_((std::uint64_t{1} << bits) - 1),
      // The 64 - bits octaves from 2^bits to 2^63 and two halves below them.
      counts_(static_cast<std::size_t>(65 - bits) << (bits - 1)) {
  assert(bits >= 2 && bits <= 20);
}

void Histogram::merge(const Histogram& other) {
  assert(bits_ == other.bits_);
  if (other.count_ == 0) return;
  const std::size_t end = index_of(static_cast<std::uint64_t>(other.max_)) + 1;
  for (std::size_t i = index_of(static_cast<std::uint64_t>(other.min_)); i < end; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::merge(Histogram&& other) {
  assert(bits_ == other.bits_);
  if (other.count_ == 0) return;
  const std::size_t first = index_of(static_cast<std::uint64_t>(other.min_));
  const std::size_t end = index_of(static_cast<std::uint64_t>(other.max_)) + 1;
  std::uint64_t* __restrict to = counts_.data();
  std::uint64_t* __restrict from = other.counts_.data();
  for (std::size_t i = first; i < end; ++i) {
    to[i] += from[i];
    from[i] = 0;
  }
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  other.forget();
}

void Histogram::forget() {
  count_ = 0;
  sum_ = 0;
  min_ = std::numeric_limits<std::int64_t>::max();
  max_ = -1;
}

void Histogram::clear() {
  if (count_ == 0) return;
  std::fill(counts_.begin() + static_cast<std::ptrdiff_t>(index_of(static_cast<std::uint64_t>(min_))),
            counts_.begin() + static_cast<std::ptrdiff_t>(index_of(static_cast<std::uint64_t>(max_)) + 1), 0);
  forget();
}

double Histogram::mean() const { return count_ == 0 ? kNaN : static_cast<double>(sum_) / static_cast<double>(count_); }

double Histogram::variance() const {
  if (count_ < 2) return kNaN;
  // About the exact mean, so that there is no cancellation.
  const double centre = mean();
  double squares = 0;
  const std::size_t last = index_of(static_cast<std::uint64_t>(max_));
  for (std::size_t i = index_of(static_cast<std::uint64_t>(min_)); i <= last; ++i) {
    if (counts_[i] == 0) continue;
    const Range range = range_of(i);
    const double off = (static_cast<double>(range.lowest) + static_cast<double>(range.highest)) / 2 - centre;
    squares += static_cast<double>(counts_[i]) * off * off;
  }
  return squares / static_cast<double>(count_ - 1);
}

double Histogram::quantile(double p) const {
  double value = kNaN;
  quantiles({&p, 1}, &value);
  return value;
}

void Histogram::quantiles(std::span<const double> p, double* out) const {
  std::fill_n(out, p.size(), count_ == 0 ? kNaN : static_cast<double>(max_));
  if (count_ == 0) return;
  std::size_t next = 0;
  std::uint64_t below = 0;
  const std::size_t last = index_of(static_cast<std::uint64_t>(max_));
  const auto target_of = [&](std::size_t i) { return std::clamp(p[i], 0.0, 1.0) * static_cast<double>(count_); };
  const auto skip_nan = [&] {
    while (next < p.size() && std::isnan(p[next])) out[next++] = kNaN;
  };
  skip_nan();
  for (std::size_t i = index_of(static_cast<std::uint64_t>(min_)); i <= last && next < p.size();) {
    auto whole = static_cast<std::uint64_t>(std::ceil(target_of(next)));
    // Eight buckets at a time as long as none of them holds the target.
    for (; i + 8 <= last; i += 8) {
      const std::uint64_t* c = counts_.data() + i;
      const std::uint64_t sum = (c[0] + c[1]) + (c[2] + c[3]) + ((c[4] + c[5]) + (c[6] + c[7]));
      if (below + sum >= whole) break;
      below += sum;
    }
    while (i <= last && (counts_[i] == 0 || below + counts_[i] < whole)) below += counts_[i++];
    if (i > last) break;
    const auto here = static_cast<double>(counts_[i]);
    const Range range = occupied(i);
    for (; next < p.size() && below + counts_[i] >= whole; ++next, skip_nan()) {
      out[next] = static_cast<double>(range.lowest) + (target_of(next) - static_cast<double>(below)) / here *
                                                          static_cast<double>(range.highest - range.lowest);
      if (next + 1 < p.size()) whole = static_cast<std::uint64_t>(std::ceil(target_of(next + 1)));
    }
    below += counts_[i++];
  }
}

double Histogram::count_at_or_below(double value) const {
  if (count_ == 0 || !(value >= static_cast<double>(min_))) return 0;
  if (value >= static_cast<double>(max_)) return static_cast<double>(count_);
  const std::size_t index = index_of(static_cast<std::uint64_t>(value));
  std::uint64_t below = 0;
  for (std::size_t i = index_of(static_cast<std::uint64_t>(min_)); i < index; ++i) below += counts_[i];
  const Range range = occupied(index);
  const double share = range.highest == range.lowest ? 1
                                                     : (value - static_cast<double>(range.lowest)) /
                                                           static_cast<double>(range.highest - range.lowest);
  return static_cast<double>(below) + std::clamp(share, 0.0, 1.0) * static_cast<double>(counts_[index]);
}

Histogram::Range Histogram::equivalent_range(std::int64_t value) const {
  assert(value >= 0);
  return range_of(index_of(static_cast<std::uint64_t>(value)));
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> out;
  if (count_ == 0) return out;
  const std::size_t last = index_of(static_cast<std::uint64_t>(max_));
  for (std::size_t i = index_of(static_cast<std::uint64_t>(min_)); i <= last; ++i)
    if (counts_[i] > 0) out.push_back({range_of(i), counts_[i]});
  return out;
}

Histogram::Range Histogram::range_of(std::size_t index) const {
  const std::size_t half = std::size_t{1} << (bits_ - 1);
  const std::size_t dropped = index < 2 * half ? 0 : index / half - 1;
  const auto lowest = static_cast<std::int64_t>((index - dropped * half) << dropped);
  const std::int64_t width = std::int64_t{1} << dropped;
  return {lowest, lowest + (width - 1), lowest + width / 2};
}

Histogram::Range Histogram::occupied(std::size_t index) const {
  Range range = range_of(index);
  range.lowest = std::max(range.lowest, min_);
  range.highest = std::min(range.highest, max_);
  return range;
}

}  // namespace windtunnel
