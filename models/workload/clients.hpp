#pragma once

#include <cstdint>
#include <optional>

#include "models/workload/popularity.hpp"
#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"

namespace windtunnel {

// Who asks: client k of `count` (from 0) does in proportion to (k + 1)^-zipf.
struct Clients {
  std::int64_t count = 10'000;
  double zipf = 0;

  void describe(FieldVisitor& v);
};

// Draws the numbers of clients, one word each. Without Clients every request is of a client of its own.
class ClientSampler {
 public:
  ClientSampler(const Clients* clients, Stream words);
  std::uint64_t next();

 private:
  std::optional<Popularity> popularity_;  // none: any number
  Stream words_;
};

}  // namespace windtunnel
