#include "sim/distribution/distribution.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {

// Neither the arrays nor the words are set here: a batch that nobody draws from never enters the cache.
Sampler::Sampler(Stream stream, const Distribution& distribution)
    : stream_(stream), transform_(distribution.transform()) {}

void Sampler::refill_values() {
  std::array<std::uint64_t, kBatch> words;
  stream_.fill(words.data(), kBatch);
  transform_->apply(words.data(), values_.data(), kBatch);
  used_values_ = 0;
}

void Sampler::refill_ns() {
  std::array<std::uint64_t, kBatch> words;
  std::array<double, kBatch> seconds;
  stream_.fill(words.data(), kBatch);
  transform_->apply(words.data(), seconds.data(), kBatch);
  nanoseconds_of(seconds.data(), ns_.data(), kBatch);
  used_ns_ = 0;
}

}  // namespace windtunnel
