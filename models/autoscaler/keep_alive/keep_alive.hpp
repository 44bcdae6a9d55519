#pragma once

#include <memory>

#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// What becomes of an instance of a function when its request is done and none waits. Both from that moment on.
struct KeepAliveTerms {
  Duration load_after{};  // it ends at once, and another is started in its place after so long; 0: it stays
  Duration keep{};        // it, or that other, ends when no request came for so long; at least load_after
};

// Decides how long instances without a request are kept. One per service per run; keeps its own history.
class KeepAlive {
 public:
  virtual ~KeepAlive() = default;
  virtual void run_begins(const Stream& /*words*/) {}  // its own; once, before anything that follows
  // A request has come: so long after the last execution ended, 0 while one goes on.
  virtual void arrived(Duration /*idle*/) {}
  virtual KeepAliveTerms after_execution() = 0;
};

// Parameters of one policy. One .cpp per policy in this folder.
class KeepAliveParams {
 public:
  virtual ~KeepAliveParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual std::unique_ptr<KeepAlive> make() const = 0;
  static const Registry<KeepAliveParams>& registry();
};

void add_fixed_keep_alive(Registry<KeepAliveParams>& policies);
void add_random_keep_alive(Registry<KeepAliveParams>& policies);
void add_hybrid_histogram(Registry<KeepAliveParams>& policies);

}  // namespace windtunnel
