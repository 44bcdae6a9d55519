#pragma once

#include <cmath>
#include <cstdint>

#include "sim/describe/field.hpp"

namespace windtunnel {

// CPU, memory and places for pods: what a node has, or what a pod asks for. Whole numbers, so that what fits, fits
// exactly; fractions of a milli-core and of a byte are rounded up, as Kubernetes quantities are.
struct NodeResources {
  std::int64_t milli_cpu = 0;
  std::int64_t memory = 0;  // bytes
  std::int64_t pods = 0;

  static NodeResources of(Cpu cpu, Bytes memory, std::int64_t pods) {
    // The margin forgives what a double adds to 0.1 * 1000.
    return {static_cast<std::int64_t>(std::ceil(cpu.cores * 1000 - 1e-6)),
            static_cast<std::int64_t>(std::ceil(memory.count)), pods};
  }

  bool holds(const NodeResources& asked) const {
    return asked.milli_cpu <= milli_cpu && asked.memory <= memory && asked.pods <= pods;
  }
  NodeResources& operator+=(const NodeResources& other) {
    milli_cpu += other.milli_cpu;
    memory += other.memory;
    pods += other.pods;
    return *this;
  }
  NodeResources& operator-=(const NodeResources& other) {
    milli_cpu -= other.milli_cpu;
    memory -= other.memory;
    pods -= other.pods;
    return *this;
  }
  friend NodeResources operator+(NodeResources a, const NodeResources& b) { return a += b; }
  friend NodeResources operator-(NodeResources a, const NodeResources& b) { return a -= b; }
  bool operator==(const NodeResources&) const = default;
};

}  // namespace windtunnel
