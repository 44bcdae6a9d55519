#pragma once

#include <cstdint>

#include "sim/describe/field.hpp"

namespace windtunnel {

// How messages come to functions, which do not fetch them themselves: the platform reads the queue and invokes a
// function for every message, on as many as it is allowed to at a time. Defaults: AWS Lambda's event source mappings
// for standard queues of SQS (developer guide, "Configuring scaling behavior for SQS event source mappings").
struct EventSource {
  std::int64_t initial_concurrency = 5;
  std::int64_t concurrency_per_minute = 300;
  std::int64_t maximum_concurrency = 1000;
  Duration throttle_retry = std::chrono::seconds{1};

  void describe(FieldVisitor& v);
  void check(Problems& p);
  // Until one more invocation is allowed, while messages wait.
  Duration until_one_more() const {
    return Duration{std::chrono::nanoseconds{std::chrono::minutes{1}}.count() / concurrency_per_minute};
  }
};

}  // namespace windtunnel
