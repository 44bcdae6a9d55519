#pragma once

#include <cstdint>
#include <optional>

#include "models/resilience/status.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel {

// How a client takes a server's word for when to come back.
class PushbackParams {
 public:
  struct Advice {
    bool stop = false;             // no further attempt
    std::optional<Duration> wait;  // instead of the back-off; none: the back-off as ever
    enum class Backoff { kGoesOn, kStands, kRestarts } backoff = Backoff::kGoesOn;  // as if it had been its turn, or …
  };

  virtual ~PushbackParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  // `retry_after` as in Failure. One random word decides where chance does.
  virtual Advice heed(Duration retry_after, std::uint64_t word) const = 0;
  static const Registry<PushbackParams>& registry();
};
using PushbackChoice = Choice<PushbackParams>;

void add_grpc_pushback(Registry<PushbackParams>& pushbacks);
void add_rate_limit_reset(Registry<PushbackParams>& pushbacks);
void add_retry_after(Registry<PushbackParams>& pushbacks);

}  // namespace windtunnel
