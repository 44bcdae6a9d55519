#include "models/cache/key_index.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace windtunnel {

std::size_t KeyIndex::place(std::uint64_t key) const {
  std::size_t at = home(key);
  while (cells_[at].value != kAbsent && cells_[at].key != key) at = next(at);
  return at;
}

std::uint32_t KeyIndex::find(std::uint64_t key) const { return size_ == 0 ? kAbsent : cells_[place(key)].value; }

void KeyIndex::set(std::uint64_t key, std::uint32_t value) {
  if (2 * (size_ + 1) > cells_.size()) grow();
  Cell& cell = cells_[place(key)];
  if (cell.value == kAbsent) ++size_;
  cell = {key, value};
}

// Those behind the hole move up, as far as their home allows, so that no search stops at it.
bool KeyIndex::erase(std::uint64_t key) {
  if (size_ == 0) return false;
  std::size_t hole = place(key);
  if (cells_[hole].value == kAbsent) return false;
  const std::size_t mask = cells_.size() - 1;
  for (std::size_t at = next(hole); cells_[at].value != kAbsent; at = next(at)) {
    if (((at - home(cells_[at].key)) & mask) < ((at - hole) & mask)) continue;
    cells_[hole] = cells_[at];
    hole = at;
  }
  cells_[hole] = {};
  --size_;
  return true;
}

void KeyIndex::clear() {
  std::fill(cells_.begin(), cells_.end(), Cell{});
  size_ = 0;
}

void KeyIndex::grow() {
  std::vector<Cell> old(std::max<std::size_t>(16, 2 * cells_.size()));
  std::swap(old, cells_);
  shift_ = 64 - std::countr_zero(cells_.size());
  for (const Cell& cell : old)
    if (cell.value != kAbsent) cells_[place(cell.key)] = cell;
}

}  // namespace windtunnel
