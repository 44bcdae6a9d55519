#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"

namespace windtunnel {

// Turns words into variates of one distribution, one word each (inverse transform or composition on one uniform), so
// that two variants of a scenario stay in step. Stateless and shared between threads.
class Transform {
 public:
  virtual ~Transform() = default;
  // `out[i]` from `words[i]`, in the distribution's unit (seconds where durations are drawn).
  virtual void apply(const std::uint64_t* words, double* out, std::size_t n) const = 0;
};

// A law of durations or numbers: parameters, exact moments, and its transform. One .cpp per type in this folder.
class Distribution {
 public:
  virtual ~Distribution() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual double mean() const = 0;
  virtual double scv() const = 0;  // squared coefficient of variation, Var/mean^2; 0 where the mean is 0
  virtual std::unique_ptr<const Transform> transform() const = 0;

  static const Registry<Distribution>& registry();
};

using DistributionChoice = Choice<Distribution>;
DistributionChoice constant(double value);
DistributionChoice exponential(double mean);

// Draws from one stream, a batch at a time. One sampler is asked either for numbers or for nanoseconds: each kind has
// batches of its own.
class Sampler {
 public:
  Sampler(Stream stream, const Distribution& distribution);
  double next() {
    if (used_values_ == kBatch) refill_values();
    return values_[used_values_++];
  }
  // Seconds to the nearest whole nanosecond, at least 0.
  std::int64_t next_ns() {
    if (used_ns_ == kBatch) refill_ns();
    return ns_[used_ns_++];
  }

 private:
  static constexpr std::uint32_t kBatch = 256;
  void refill_values();
  void refill_ns();

  Stream stream_;
  std::unique_ptr<const Transform> transform_;
  std::uint32_t used_values_ = kBatch, used_ns_ = kBatch;
  std::array<double, kBatch> values_;
  std::array<std::int64_t, kBatch> ns_;
};

}  // namespace windtunnel
