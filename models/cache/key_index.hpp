#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace windtunnel {

// A map of whole numbers to whole numbers: open addressing, linear probing. Allocates only when it grows.
class KeyIndex {
 public:
  static constexpr std::uint32_t kAbsent = 0xffffffffu;

  std::uint32_t find(std::uint64_t key) const;  // kAbsent: there is none
  void set(std::uint64_t key, std::uint32_t value);
  bool erase(std::uint64_t key);  // whether there was one
  void clear();
  std::size_t size() const { return size_; }

 private:
  struct Cell {
    std::uint64_t key = 0;
    std::uint32_t value = kAbsent;
  };
  std::size_t home(std::uint64_t key) const { return (key * 0x9e3779b97f4a7c15u) >> shift_; }
  std::size_t next(std::size_t at) const { return at + 1 == cells_.size() ? 0 : at + 1; }
  std::size_t place(std::uint64_t key) const;  // its cell, or the empty one where it would be
  void grow();

  std::vector<Cell> cells_;  // a power of two of them, at most half of them full
  int shift_ = 64;
  std::size_t size_ = 0;
};

}  // namespace windtunnel
