#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// A number from outside the deployment as a function of time, which autoscalers may look at: orders per minute, length
// of somebody else's queue. One .cpp per type in this folder.
class Signal {
 public:
  virtual ~Signal() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  // Reads the files it names, relative to `folder`; called once per scenario, after check() found nothing wrong.
  virtual void load(const std::filesystem::path& /*folder*/, Problems&) {}
  // `since_warmup` counts from the end of the warm-up; before that (< 0) the value of time 0 holds.
  virtual double at(Time since_warmup) const = 0;

  static const Registry<Signal>& registry();
};

using Signals = std::map<std::string, Choice<Signal>>;

}  // namespace windtunnel
