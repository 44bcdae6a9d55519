#pragma once

#include <cstdint>
#include <string_view>

#include "sim/time.hpp"

namespace windtunnel {

// Watches one replication from outside: for traces, debuggers and tests. Costs a predicted branch per request when
// absent.
class Observer {
 public:
  virtual ~Observer() = default;
  // A request has ended. Times are run times; `started` is kNever if it never reached service. `outcome` indexes
  // kOutcomeNames, `request_class` the classes of the run in the order of the result's `classes`; `instance` is the
  // number that decisions name it by, unique within its service, and 0xffffffff if it never came to one.
  virtual void request_ended(Time arrived, Time started, Time ended, std::uint32_t request_class,
                             std::uint32_t instance, std::uint8_t outcome) = 0;
  // Something was decided or happened.
  virtual void decision(Time at, std::string_view service, std::string_view kind, std::string_view sentence) = 0;
};

}  // namespace windtunnel
