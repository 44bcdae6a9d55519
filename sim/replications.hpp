#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

namespace windtunnel {

// Does `count` independent pieces of work on `threads` threads (0: as many as the machine has) and hands their ends on
// in order: `work(i)` runs on any thread, `merge(i)` on one at a time, for i = 0, 1, 2, …, each after work(i) is done.
// So what merge() adds up does not depend on the number of threads. `idle` is called on the calling thread every 50 ms
// or so. The first exception of a piece of work ends everything and is thrown here. Returns false if `stop` was
// requested before all was merged.
bool do_in_order(std::uint64_t count, unsigned threads, const std::function<void(std::uint64_t)>& work,
                 const std::function<void(std::uint64_t)>& merge, const std::function<void()>& idle,
                 const std::stop_token& stop);

}  // namespace windtunnel
