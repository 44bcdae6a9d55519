#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/describe/field.hpp"

namespace windtunnel {

// Splits the words 0 … 2^64 - 1 into consecutive parts of given shares and spreads each part over all words again, so
// that one uniform both picks the part and draws from it. Increasing within a part.
class Composition {
 public:
  explicit Composition(std::span<const double> shares);  // positive in sum; scaled to sum to 1

  struct Piece {
    std::size_t part;  // index into the shares
    std::uint64_t word;
  };
  Piece split(std::uint64_t word) const {
    std::size_t i = 0;
    // Counts instead of stopping: which part it is cannot be predicted, and there are few.
    for (std::size_t k = 1; k < pieces_.size(); ++k) i += word >= pieces_[k].first ? 1 : 0;
    const Slot& s = pieces_[i];
    return {s.part, s.factor == 0 ? word : spread(s, word)};
  }

 private:
  __extension__ typedef unsigned __int128 Wide;
  struct Slot {
    std::uint64_t first;   // least word of the part
    std::uint64_t factor;  // 2^127 / (width << shift); 0: the part is everything
    int shift;             // leading zeros of the width
    std::size_t part;
  };
  static std::uint64_t spread(const Slot& s, std::uint64_t word) {
    const Wide product = static_cast<Wide>((word - s.first) << s.shift) * s.factor;
    return static_cast<std::uint64_t>(product >> 64) << 1;
  }
  std::vector<Slot> pieces_;  // parts no word falls into are left out
};

// Reports shares that do not sum to 1.
void check_shares_sum_to_one(Problems& p, std::string_view at, std::span<const double> shares);

}  // namespace windtunnel
