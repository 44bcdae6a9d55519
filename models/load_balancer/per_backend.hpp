#pragma once

#include <cstdint>
#include <vector>

#include "models/load_balancer/load_balancer.hpp"

namespace windtunnel {

// What a policy keeps of each backend, wherever it stands in the list, by its number. A new one begins with T{}.
template <class T>
class PerBackend {
 public:
  T& of(std::uint32_t number) {
    if (number >= kept_.size()) kept_.resize(number + 1);
    return kept_[number];
  }
  T& at(const Backends& backends, std::uint32_t position) { return of(backends.backend[position].number); }

 private:
  std::vector<T> kept_;
};

}  // namespace windtunnel
