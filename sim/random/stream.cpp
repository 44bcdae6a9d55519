#include "sim/random/stream.hpp"

#include <Random123/philox.h>

#include <algorithm>

namespace windtunnel {
namespace {

// Blocks do not depend on each other, so the processor overlaps the multiplications of neighbours.
void generate(const std::uint64_t* key, std::uint64_t replication, std::uint64_t first_block, std::uint64_t* out,
              std::size_t blocks) {
  const philox4x64_key_t k{{key[0], key[1]}};
  for (std::size_t i = 0; i < blocks; ++i) {
    const philox4x64_ctr_t counter{{first_block + i, 0, 0, replication}};
    const philox4x64_ctr_t words = philox4x64_R(10, counter, k);
    for (std::size_t w = 0; w < 4; ++w) out[4 * i + w] = words.v[w];
  }
}

}  // namespace

Stream::Stream(std::uint64_t seed, std::string_view name, std::uint64_t replication)
    : key_{seed, fnv1a64(name)}, replication_(replication) {}

void Stream::refill() {
  generate(key_, replication_, block_, words_.data(), kBuffer / 4);
  block_ += kBuffer / 4;
  used_ = 0;
}

void Stream::fill(std::uint64_t* out, std::size_t n) {
  while (n > 0) {
    if (used_ == kBuffer && n >= kBuffer) {  // past the buffer, straight to its destination
      generate(key_, replication_, block_, out, kBuffer / 4);
      block_ += kBuffer / 4;
      out += kBuffer;
      n -= kBuffer;
      continue;
    }
    if (used_ == kBuffer) refill();
    const std::size_t some = std::min<std::size_t>(n, kBuffer - used_);
    out = std::copy_n(words_.data() + used_, some, out);
    used_ += static_cast<std::uint32_t>(some);
    n -= some;
  }
}

// Fowler, Noll and Vo's hash, variant 1a, 64 bits.
std::uint64_t fnv1a64(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace windtunnel
