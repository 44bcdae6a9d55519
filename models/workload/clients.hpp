#pragma once

#include <cstdint>
#include <vector>

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
  std::uint64_t count_;             // 0: any number
  std::vector<double> cumulative_;  // empty: all alike
  Stream words_;
};

}  // namespace windtunnel
