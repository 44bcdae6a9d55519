#pragma once

namespace windtunnel {

// Sine and cosine of a number of turns, by their series within an eighth of a turn: the C library's differ in the last
// bit from processor to processor, and with them a few arrivals by a nanosecond.
struct Turn {
  double cosine, sine;
};
Turn turn(double turns);

}  // namespace windtunnel
