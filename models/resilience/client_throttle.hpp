#pragma once

#include <memory>

#include "sim/describe/field.hpp"

namespace windtunnel {

// What a client holds back of its own accord, because of how earlier calls have ended.
class ClientThrottle {
 public:
  virtual ~ClientThrottle() = default;
  struct Leave {
    enum class Kind { kGranted, kRefused, kLater } kind = Kind::kGranted;
    Duration wait{0};  // of kLater: ask again then
  };
  // `word` decides where chance does.
  virtual Leave ask(Time now, std::uint64_t word) = 0;
  // A call that was granted has ended; `throttled`: the service turned it away because it had too much to do.
  virtual void ended(Time now, bool success, bool throttled) = 0;
};

class ClientThrottleParams {
 public:
  virtual ~ClientThrottleParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual std::unique_ptr<ClientThrottle> make(Time now) const = 0;
  static const Registry<ClientThrottleParams>& registry();
};
using ClientThrottleChoice = Choice<ClientThrottleParams>;

void add_adaptive_throttling(Registry<ClientThrottleParams>& throttles);
void add_aws_adaptive(Registry<ClientThrottleParams>& throttles);

}  // namespace windtunnel
