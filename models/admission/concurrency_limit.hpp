#pragma once

#include <cstdint>
#include <memory>

#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// One request that was under way, now that it has ended.
struct ConcurrencySample {
  Time began, now;
  std::int64_t in_flight = 0;  // when it began, itself included
  bool dropped = false;        // it failed, or came too late for its client
  Duration round_trip() const { return now - began; }
};

// How many requests may be under way at once. Keeps its own state.
class ConcurrencyLimit {
 public:
  virtual ~ConcurrencyLimit() = default;
  virtual std::int64_t limit() const = 0;
  virtual void ended(const ConcurrencySample& sample) = 0;
};

// Parameters of one limit, and where it is kept. One .cpp per type in this folder.
class ConcurrencyLimitParams {
 public:
  enum class Per { kService, kInstance };

  virtual ~ConcurrencyLimitParams() = default;
  void describe(FieldVisitor& v);
  virtual void describe_limit(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual std::unique_ptr<ConcurrencyLimit> make(Stream words) const = 0;
  virtual bool adapts() const { return true; }
  static const Registry<ConcurrencyLimitParams>& registry();

  Per per = Per::kService;
};

}  // namespace windtunnel
