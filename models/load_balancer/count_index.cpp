#include "models/load_balancer/count_index.hpp"

#include <algorithm>
#include <bit>

namespace windtunnel {

void CountIndex::rebuild(std::span<const std::uint32_t> counts) {
  n_ = static_cast<std::uint32_t>(counts.size());
  words_ = (n_ + 63) / 64;
  least_ = 0;
  bits_.clear();
  in_word_.clear();
  in_level_.clear();
  for (std::uint32_t position = 0; position < n_; ++position) put(position, level_of(counts[position]));
}

void CountIndex::grow(std::uint32_t level) {
  in_level_.resize(level + 1, 0);
  in_word_.resize(std::size_t{level + 1} * words_, 0);
  bits_.resize(std::size_t{level + 1} * words_, 0);
}

void CountIndex::put(std::uint32_t position, std::uint32_t level) {
  if (level >= in_level_.size()) grow(level);
  const std::size_t word = std::size_t{level} * words_ + position / 64;
  bits_[word] |= std::uint64_t{1} << (position % 64);
  ++in_word_[word];
  ++in_level_[level];
}

void CountIndex::moved(std::uint32_t position, std::uint32_t from, std::uint32_t to) {
  const std::uint32_t old = level_of(from), level = level_of(to);
  if (old == level) return;
  const std::size_t word = std::size_t{old} * words_ + position / 64;
  bits_[word] &= ~(std::uint64_t{1} << (position % 64));
  --in_word_[word];
  --in_level_[old];
  put(position, level);
  least_ = std::min(least_, level);
}

std::uint32_t CountIndex::least() {
  while (in_level_[least_] == 0) ++least_;
  return least_;
}

std::uint32_t CountIndex::tied(std::span<const std::uint32_t> counts) {
  if (least() < kLevels) return in_level_[least_];
  return static_cast<std::uint32_t>(
      std::count(counts.begin(), counts.end(), *std::min_element(counts.begin(), counts.end())));
}

std::uint32_t CountIndex::nth(std::span<const std::uint32_t> counts, std::uint32_t n) {
  if (least() >= kLevels) {
    const std::uint32_t lowest = *std::min_element(counts.begin(), counts.end());
    std::uint32_t position = 0;
    while (counts[position] != lowest || n-- > 0) ++position;
    return position;
  }
  std::size_t word = std::size_t{least_} * words_;
  while (n >= in_word_[word]) n -= in_word_[word++];
  std::uint64_t bits = bits_[word];
  while (n-- > 0) bits &= bits - 1;
  return static_cast<std::uint32_t>(word - std::size_t{least_} * words_) * 64 +
         static_cast<std::uint32_t>(std::countr_zero(bits));
}

std::uint32_t CountIndex::bit_at_or_after(std::uint32_t level, std::uint32_t start) const {
  const std::uint64_t* bits = bits_.data() + std::size_t{level} * words_;
  std::uint32_t word = start / 64;
  std::uint64_t left = bits[word] & (~std::uint64_t{0} << (start % 64));
  while (left == 0) {
    if (++word == words_) return n_;
    left = bits[word];
  }
  return word * 64 + static_cast<std::uint32_t>(std::countr_zero(left));
}

std::uint32_t CountIndex::from(std::span<const std::uint32_t> counts, std::uint32_t start) {
  if (least() >= kLevels) {
    const std::uint32_t lowest = *std::min_element(counts.begin(), counts.end());
    while (counts[start] != lowest) start = start + 1 == n_ ? 0 : start + 1;
    return start;
  }
  const std::uint32_t found = bit_at_or_after(least_, start);
  return found < n_ ? found : bit_at_or_after(least_, 0);
}

}  // namespace windtunnel
