#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/replication/replication.hpp"
#include "models/resilience/retry.hpp"
#include "sim/statistics/histogram.hpp"

namespace windtunnel {

// The clients of sources that try again, and their operations: what a user waits for, from the first attempt's
// departure to the answer of the last. Attempts are ordinary requests; the first is of the source's own kind, the
// others of a kind of retries, with random numbers of their own, so that first attempts are the same whatever the
// clients do.
struct Replication::Clients {
  struct Operation {
    std::int64_t began = 0;
    float size = 1;
    std::uint16_t kind = 0;      // of its first attempt
    std::uint16_t attempts = 0;  // that have left
    std::uint32_t client = 0;    // of its source's
    bool measured = false;
    RetryBudget::Attempt attempt;  // the present one
    std::optional<Duration> last_wait;
    std::uint32_t next_free = kNone;
  };
  struct Source {
    const Retry* params = nullptr;
    std::string name;
    std::vector<std::unique_ptr<RetryBudget>> budgets;  // by client; empty: there is none
    std::unique_ptr<Stream> words;                      // of the waits
    std::uint16_t first_kind = 0, first_retry = 0;
    std::uint32_t next_client = 0;
    // Books, on operations that began in the measured time.
    std::uint64_t began = 0, in_flight = 0, succeeded = 0, failed = 0;
    std::uint64_t attempts = 0;  // of those that have ended
    std::uint64_t retries = 0;   // in the measured time, of any operation …
    std::uint64_t refused = 0;   // … and those that the budget refused
    Histogram latency;           // of those that succeeded
  };

  std::uint32_t take();
  void give_back(std::uint32_t operation);
  RetryBudget* budget(Source& source, const Operation& operation) const {
    return source.budgets.empty() ? nullptr : source.budgets[operation.client].get();
  }

  std::vector<Operation> operations;
  std::uint32_t free = kNone;
  std::vector<std::uint32_t> operation_of;       // by request
  std::vector<std::unique_ptr<Source>> sources;  // by source; null: its clients do not try again
};

}  // namespace windtunnel
