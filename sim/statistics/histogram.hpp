#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace windtunnel {

// Counts of non-negative 64-bit values in log-linear buckets, HdrHistogram's layout: values below 2^bits have a bucket
// each, above it every octave is split into 2^(bits-1) equal buckets. A recorded value and any value of its bucket
// differ by less than 2^-(bits-1) of it; the default of 9 bits keeps quantiles within 0.4 %, and interpolation inside
// the bucket does much better on smooth laws. Merging is exact and independent of order; it and clear() cost what lies
// between the least and the largest recorded value. Takes 115 kB at 9 bits, whatever is recorded.
class Histogram {
 public:
  static constexpr int kDefaultBits = 9;
  explicit Histogram(int bits = kDefaultBits);  // 2 to 20
  // HdrHistogram's precision in decimal digits: 32, 256 and 2048 buckets below the first octave that is split.
  static constexpr int bits_for_digits(int digits) {
    int bits = 1;
    for (int ten = 1; digits > 0; --digits) {
      ten *= 10;
      while ((1 << bits) < 2 * ten) ++bits;
    }
    return bits;
  }

  void record(std::int64_t value) {
    assert(value >= 0);
    const auto v = static_cast<std::uint64_t>(value);
    ++counts_[index_of(v)];
    ++count_;
    sum_ += v;
    if (value < min_) min_ = value;
    if (value > max_) max_ = value;
  }
  void record(std::int64_t value, std::uint64_t times) {
    assert(value >= 0);
    if (times == 0) return;
    const auto v = static_cast<std::uint64_t>(value);
    counts_[index_of(v)] += times;
    count_ += times;
    sum_ += static_cast<Wide>(v) * times;
    if (value < min_) min_ = value;
    if (value > max_) max_ = value;
  }
  void merge(const Histogram& other);  // requires the same bits
  void merge(Histogram&& other);       // the same, and leaves the other one empty
  void clear();

  std::uint64_t count() const { return count_; }
  double mean() const;  // exact: the sum is kept, not reconstructed; NaN when empty
  // Of the sample (n - 1), each value taken as the middle of its bucket: within 0.01 % at 9 bits on smooth laws, exact
  // below 2^bits. NaN when count < 2.
  double variance() const;
  std::int64_t max() const { return count_ == 0 ? 0 : max_; }
  std::int64_t min() const { return count_ == 0 ? 0 : min_; }
  // The value below which a share p of the recorded values lie, interpolated inside its bucket; NaN when empty.
  // quantile(0) is the least recorded value and quantile(1) the largest.
  double quantile(double p) const;
  // Several at once, in one pass; `p` ascends, out[i] is quantile(p[i]).
  void quantiles(std::span<const double> p, double* out) const;
  // How many recorded values lie at or below `value`, counting a share of its bucket: the inverse of quantile().
  double count_at_or_below(double value) const;
  // How many recorded values share a bucket with `value`; exact counts of single values below 2^bits.
  std::uint64_t count_at(std::int64_t value) const { return counts_[index_of(static_cast<std::uint64_t>(value))]; }
  int bits() const { return bits_; }

  struct Range {
    std::int64_t lowest, highest, middle;
  };
  Range equivalent_range(std::int64_t value) const;  // of the bucket that value falls into

  struct Bucket {
    Range range;
    std::uint64_t count;
  };
  std::vector<Bucket> buckets() const;  // the non-empty ones, ascending

 private:
  __extension__ typedef unsigned __int128 Wide;

  // The octave of the value less that of 2^bits, 0 below, counts the bits dropped; what is left of the value is its
  // place.
  std::size_t index_of(std::uint64_t value) const {
    const int dropped = 64 - __builtin_clzll(value | linear_) - bits_;  // std::bit_width would test for 0 first
    return (static_cast<std::size_t>(dropped) << (bits_ - 1)) + static_cast<std::size_t>(value >> dropped);
  }
  void forget();
  Range range_of(std::size_t index) const;
  // The part of a bucket that can hold recorded values: the extremes are known exactly.
  Range occupied(std::size_t index) const;

  int bits_;
  std::uint64_t linear_;  // 2^bits - 1
  std::uint64_t count_ = 0;
  Wide sum_ = 0;
  std::int64_t min_ = std::numeric_limits<std::int64_t>::max(), max_ = -1;
  std::vector<std::uint64_t> counts_;
};

}  // namespace windtunnel
