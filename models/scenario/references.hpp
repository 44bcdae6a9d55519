#pragma once

#include <string_view>

#include "models/scenario/scenario.hpp"

namespace windtunnel {

// Which parts of a scenario can be relied on while others could not be read.
class Soundness {
 public:
  virtual ~Soundness() = default;
  virtual bool readable(std::string_view pointer) const = 0;  // it and all above it were read; parts of it may be wrong
  virtual bool sound(std::string_view pointer) const = 0;     // it, all above and all below it were read without error
};

// Whether what names something names something that exists. Looks only at what was read, so that a reference to nothing
// is reported together with a typing error elsewhere.
void check_references(const Scenario& scenario, const Soundness& soundness, Problems& p);

}  // namespace windtunnel
