#pragma once

#include <cstdint>
#include <vector>

namespace windtunnel {

// Counts of non-negative 64-bit values in log-linear buckets, HdrHistogram's layout: values below 2^bits have a bucket
// each, above it every octave is split into 2^(bits-1) equal buckets. A recorded value and any value of its bucket differ by
// less than 2^-(bits-1) of it; the default of 9 bits keeps quantiles within 0.4 %, and interpolation inside the bucket does
// much better on smooth laws. Merging is exact and independent of order.
class Histogram {
 public:
  static constexpr int kDefaultBits = 9;
  explicit Histogram(int bits = kDefaultBits);

  void record(std::int64_t value) { record(value, 1); }
  void record(std::int64_t value, std::uint64_t times);  // inline in the final form; see below
  void merge(const Histogram& other);                    // requires the same bits
  void clear();

  std::uint64_t count() const;
  double mean() const;   // exact: the sum is kept, not reconstructed; NaN when empty
  double variance() const;  // from exact sums of values and squares (double); NaN when count < 2
  std::int64_t max() const;
  std::int64_t min() const;
  // The value below which a share p of the recorded values lie, interpolated inside its bucket; NaN when empty.
  double quantile(double p) const;
  // How many recorded values lie at or below `value`, counting a share of its bucket.
  double count_at_or_below(double value) const;
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
  int bits_;
};

}  // namespace windtunnel
