#include "models/workload/clients.hpp"

namespace windtunnel {

void Clients::describe(FieldVisitor& v) {
  v.field("count", count, "How many clients there are", {.lo = 1, .hi = 10'000'000});
  v.field(
      "zipf", zipf,
      "The k-th most active client asks in proportion to k^-zipf: 0 makes all alike, about 1 is what web traffic has",
      {.lo = 0, .hi = 10});
}

ClientSampler::ClientSampler(const Clients* clients, Stream words) : words_(words) {
  if (clients != nullptr) popularity_.emplace(static_cast<std::uint64_t>(clients->count), clients->zipf);
}

std::uint64_t ClientSampler::next() {
  const std::uint64_t word = words_.next();
  return popularity_ ? popularity_->pick(word) : word;
}

}  // namespace windtunnel
