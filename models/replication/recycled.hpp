#pragma once

#include <cstdint>
#include <vector>

#include "models/request/request.hpp"

namespace windtunnel {

// A place in a list whose free places are linked by their `next`, beginning at `free`; a new one where there is none.
// It is as new, but for its stamp, which tells it from what stood there before.
template <class T>
std::uint32_t take_recycled(std::vector<T>& all, std::uint32_t& free) {
  if (free == kNone) {
    all.emplace_back();
    return static_cast<std::uint32_t>(all.size() - 1);
  }
  const std::uint32_t place = free, stamp = all[place].stamp;
  free = all[place].next;
  all[place] = {};
  all[place].stamp = stamp;
  return place;
}

}  // namespace windtunnel
