#pragma once

#include "models/workload/arrival_process.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {

// A fixed number of clients, each of which thinks, sends one request, waits for its end, and thinks again.
class ClosedLoop final : public Arrivals {
 public:
  std::int64_t clients = 10;
  DistributionChoice think_time = exponential(1.0);

  void describe(FieldVisitor& v) override;
  bool closed_loop() const override { return true; }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override;  // never called
};

}  // namespace windtunnel
