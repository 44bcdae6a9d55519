#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "models/result.hpp"

namespace windtunnel {

// What a run did, in whole numbers only, so that the last bit of a logarithm shows where it changes an event and
// nowhere else. One hash for each part of the result, so that a difference says where it lies.
struct Fingerprint {
  enum Part { kCounts, kLatency, kDecisions, kReplicas, kParts };
  static constexpr std::array<std::string_view, kParts> kPartNames = {"counts", "latency", "decisions", "replicas"};
  std::array<std::uint64_t, kParts> parts{};

  bool operator==(const Fingerprint&) const = default;
};

// counts: arrivals, outcomes and what is in flight at the end, by service and class. latency: the non-empty buckets of
// the histograms of latency and wait. decisions: when (ns), by which service, of what kind. replicas: the series of
// desired, current and ready instances, rounded to whole ones.
Fingerprint fingerprint(const Result& result);

std::string to_hex(std::uint64_t hash);  // 16 digits

}  // namespace windtunnel
