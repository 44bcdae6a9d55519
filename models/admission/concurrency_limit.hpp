#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

// How much a limit sees at once: windows in place of single requests. Defaults are Netflix's.
struct LimitWindow {
  Duration min_time = std::chrono::seconds{1}, max_time = std::chrono::seconds{1};
  std::int64_t min_samples = 10;
  Duration min_rtt = std::chrono::microseconds{100};

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

// Parameters of one limit, and where it is kept. One .cpp per type in this folder.
class ConcurrencyLimitParams {
 public:
  enum class Per { kService, kInstance };

  virtual ~ConcurrencyLimitParams() = default;
  void describe(FieldVisitor& v);
  virtual void describe_limit(FieldVisitor& v) = 0;
  void check(Problems& p);
  std::unique_ptr<ConcurrencyLimit> make(Stream words) const;
  virtual bool adapts() const { return true; }
  static const Registry<ConcurrencyLimitParams>& registry();

  Per per = Per::kService;
  std::map<std::string, Share> partitions;  // of the limit, by request class; empty: it is the same for all
  std::vector<std::string> bypass;          // request classes that it does not concern
  std::optional<LimitWindow> window;        // none: every request that ends counts at once

 protected:
  virtual std::unique_ptr<ConcurrencyLimit> make_limit(Stream words) const = 0;
};

}  // namespace windtunnel
