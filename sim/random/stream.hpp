#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace windtunnel {

// A named sequence of 64-bit words: Philox4x64-10 (Salmon et al., SC'11) with key (seed, fnv1a64(name)) and counters
// (1, 0, 0, replication), (2, 0, 0, replication), …, four words each. They are, word by word, those of
//     numpy.random.Philox(key=seed + (fnv1a64(name) << 64), counter=replication << 192).random_raw()
// (numpy counts up before it makes a block), so any stream can be redrawn in a notebook. Streams of other names, seeds
// or replications never meet: adding an instance or a policy moves nobody else's numbers, which is what makes two
// variants of a scenario comparable pair by pair. The names must differ in their hash: with n names in one run two of
// them collide with a probability of about n^2 / 2^65.
class Stream {
 public:
  Stream(std::uint64_t seed, std::string_view name, std::uint64_t replication);

  std::uint64_t next() {
    if (used_ == kBuffer) refill();
    return words_[used_++];
  }
  // In (0, 1): never 0, never 1.
  double uniform() { return to_unit(next()); }
  // In [0, n), by multiplication; the bias is below n / 2^32. Requires n < 2^32.
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32); }

  // The same words as n calls of next().
  void fill(std::uint64_t* out, std::size_t n);

  // The middle of one of 2^52 equal cells of (0, 1), from the word's top 52 bits: an odd multiple of 2^-53, so that u
  // and 1 - u are both exact. (With 53 bits the topmost value would round to 1.)
  static constexpr double to_unit(std::uint64_t word) {
    return std::bit_cast<double>(0x3ff0000000000000u | (word >> 12)) - (1 - 0x1.0p-53);
  }

 private:
  static constexpr std::uint32_t kBuffer = 256;
  void refill();

  std::uint64_t key_[2];
  std::uint64_t replication_;
  std::uint64_t block_ = 1;  // the next counter's low word
  std::uint32_t used_ = kBuffer;
  std::array<std::uint64_t, kBuffer> words_;
};

std::uint64_t fnv1a64(std::string_view text);

// Hands out the streams of one replication of one run.
struct Streams {
  std::uint64_t seed = 1;
  std::uint64_t replication = 0;
  Stream named(std::string_view name) const { return Stream(seed, name, replication); }
};

}  // namespace windtunnel
