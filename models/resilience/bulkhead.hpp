#pragma once

#include <cstdint>

#include "sim/describe/field.hpp"

namespace windtunnel {

// How many calls a client lets be under way at once; resilience4j's semaphore, with its defaults.
struct Bulkhead {
  std::int64_t max_concurrent_calls = 25;
  Duration max_wait{0};  // for a place, first come, first served

  void describe(FieldVisitor& v);
};

}  // namespace windtunnel
