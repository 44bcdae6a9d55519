#pragma once

#include <string>

#include "sim/describe/field.hpp"

namespace windtunnel::predictive {

// How many servers (cores, threads: what a request keeps busy while it is worked on) carry a load. Parameters of one
// rule; one .cpp per rule in this folder.
class Sizing {
 public:
  virtual ~Sizing() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  // `load` is the number of servers that it keeps busy on average (Erlang), at least 0. Not rounded.
  virtual double servers(double load) const = 0;
  virtual std::string words() const = 0;  // "at 60 % utilization"
  static const Registry<Sizing>& registry();
};

void add_square_root_staffing(Registry<Sizing>& rules);
void add_utilization_law(Registry<Sizing>& rules);

}  // namespace windtunnel::predictive
