#pragma once

#include <cstdint>
#include <string_view>

namespace windtunnel {

// xxHash64 of these bytes (Collet; the algorithm of the xxHash specification, version 0.1.1).
std::uint64_t xxhash64(std::string_view bytes, std::uint64_t seed = 0);
// Of the eight bytes of a number, the lowest first.
std::uint64_t xxhash64(std::uint64_t number, std::uint64_t seed = 0);

}  // namespace windtunnel
