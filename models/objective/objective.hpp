#pragma once

#include <string>

#include "models/result.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel {

// A promise about one figure of the run: {"metric": "latency", "service": "checkout", "quantile": 0.99, "below":
// "300ms"}. One .cpp per metric in this folder.
class Objective {
 public:
  std::string name;     // optional; default: the promise itself
  std::string service;  // empty for figures of the whole run

  virtual ~Objective() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual std::string metric() const = 0;   // the Metric's name, as in result.hpp
  virtual std::string promise() const = 0;  // in words
  virtual std::string unit() const = 0;
  virtual double limit() const = 0;
  virtual bool above() const = 0;  // the figure must be above the limit; otherwise below
  static const Registry<Objective>& registry();
};

// Reads the figure over replications. Met or missed when the 95 % interval lies on one side of the limit; with one
// replication, by the value alone.
ObjectiveResult judge(const Objective& objective, const Result& result);

}  // namespace windtunnel
