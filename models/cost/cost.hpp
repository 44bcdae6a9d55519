#pragma once

#include <map>
#include <string>

#include "sim/describe/field.hpp"

namespace windtunnel {

// What the deployment costs, per second. Instances are billed from the moment they are created, or get their node where
// there are nodes, to the moment they are gone; nodes from the moment they are launched to the moment they are given
// back.
struct Cost {
  std::map<std::string, double> per_instance_hour;  // by service
  double per_node_hour = 0;                         // of a node whose group has no price
  double per_request = 0;                           // of every request that arrives
  std::string currency = "USD";
  void describe(FieldVisitor& v);
};

}  // namespace windtunnel
