#pragma once

#include <cstdint>
#include <string>

namespace windtunnel::test {

// A small deployment in which anything may be combined with anything that the format allows: every runtime, limit,
// fault, way of waiting and kind of arrivals, at loads from idle to hopeless. The same seed gives the same text.
std::string random_scenario(std::uint64_t seed);

}  // namespace windtunnel::test
