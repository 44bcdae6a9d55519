#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/request/outcome.hpp"
#include "models/result.hpp"
#include "sim/statistics/histogram.hpp"

namespace windtunnel {

// What one replication found; run() merges them in order.
struct Record {
  struct Value {
    std::string name, unit;
    double value;
  };
  struct ClassRecord {
    std::uint64_t arrived = 0;
    std::array<std::uint64_t, kOutcomes> outcomes{};
    std::uint64_t in_flight = 0;
    Histogram latency, wait_time;
  };
  std::vector<ClassRecord> classes;  // in the order of Replication's classes
  std::vector<Value> values;         // every replication has the same names in the same order
  std::vector<std::size_t> figures;  // places in `values` of those that policies report of themselves
  std::vector<Series> series;        // replication 0 only
  std::vector<Decision> decisions;   // replication 0 only
  std::vector<SizingBooks> sizing;   // of the services that have any, the same in every replication
};

}  // namespace windtunnel
