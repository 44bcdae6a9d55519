#include "models/workload/clients.hpp"

#include <algorithm>

#include "sim/random/math.hpp"

namespace windtunnel {

void Clients::describe(FieldVisitor& v) {
  v.field("count", count, "How many clients there are", {.lo = 1, .hi = 10'000'000});
  v.field(
      "zipf", zipf,
      "The k-th most active client asks in proportion to k^-zipf: 0 makes all alike, about 1 is what web traffic has",
      {.lo = 0, .hi = 10});
}

ClientSampler::ClientSampler(const Clients* clients, Stream words)
    : count_(clients == nullptr ? 0 : static_cast<std::uint64_t>(clients->count)), words_(words) {
  if (clients == nullptr || clients->zipf == 0) return;
  double sum = 0;
  cumulative_.reserve(count_);
  for (std::uint64_t k = 1; k <= count_; ++k)
    cumulative_.push_back(sum += exp_of(-clients->zipf * log_of(static_cast<double>(k))));
}

std::uint64_t ClientSampler::next() {
  const std::uint64_t word = words_.next();
  if (count_ == 0) return word;
  if (cumulative_.empty()) return ((word >> 32) * count_) >> 32;
  const double u = Stream::to_unit(word) * cumulative_.back();
  return static_cast<std::uint64_t>(std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, u) -
                                    cumulative_.begin());
}

}  // namespace windtunnel
