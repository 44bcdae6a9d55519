#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace windtunnel {

// Which of n positions have the lowest count, without looking at all of them: a set of positions for each count, as
// bits. A change of one count by one costs a few instructions, a choice among the lowest n / 64 at most.
class CountIndex {
 public:
  void rebuild(std::span<const std::uint32_t> counts);
  void moved(std::uint32_t position, std::uint32_t from, std::uint32_t to);

  // All of them want the counts as they are now, and at least one.
  std::uint32_t tied(std::span<const std::uint32_t> counts);                       // how many have the lowest
  std::uint32_t nth(std::span<const std::uint32_t> counts, std::uint32_t n);       // of the tied, in order, n < tied()
  std::uint32_t from(std::span<const std::uint32_t> counts, std::uint32_t start);  // the first at or after start, round

 private:
  // Higher counts share the last level, where the lowest has to be looked for. A balancer that is worth its name
  // never gets there.
  static constexpr std::uint32_t kLevels = 1024;
  static std::uint32_t level_of(std::uint32_t count) { return count < kLevels ? count : kLevels; }
  void put(std::uint32_t position, std::uint32_t level);
  void grow(std::uint32_t level);
  std::uint32_t least();
  std::uint32_t bit_at_or_after(std::uint32_t level, std::uint32_t start) const;  // n: none

  std::uint32_t n_ = 0, words_ = 0, least_ = 0;
  std::vector<std::uint64_t> bits_;      // words_ of them for each level
  std::vector<std::uint8_t> in_word_;    // how many bits are set in each
  std::vector<std::uint32_t> in_level_;  // how many positions each level has
};

}  // namespace windtunnel
