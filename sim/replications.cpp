#include "sim/replications.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace windtunnel {

bool do_in_order(std::uint64_t count, unsigned threads, const std::function<void(std::uint64_t)>& work,
                 const std::function<void(std::uint64_t)>& merge, const std::function<void()>& idle,
                 const std::stop_token& stop) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<std::uint64_t>(threads, count));

  std::atomic<std::uint64_t> next{0};
  std::mutex mutex;
  std::condition_variable over;
  std::vector<bool> done(count, false);
  std::uint64_t merged = 0;
  unsigned running = threads;
  std::exception_ptr failure;
  std::atomic<bool> failed{false};

  const auto body = [&] {
    try {
      while (!failed && !stop.stop_requested()) {
        const std::uint64_t i = next.fetch_add(1);
        if (i >= count) break;
        work(i);
        if (stop.stop_requested()) break;
        const std::lock_guard lock(mutex);
        done[i] = true;
        while (merged < count && done[merged]) merge(merged++);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      failed = true;
    }
    const std::lock_guard lock(mutex);
    --running;
    over.notify_all();
  };

  {
    std::vector<std::jthread> pool;
    pool.reserve(threads);
    for (unsigned t = 0; t < threads; ++t) pool.emplace_back(body);
    std::unique_lock lock(mutex);
    while (running > 0) {
      over.wait_for(lock, std::chrono::milliseconds(50));
      if (!idle) continue;
      lock.unlock();
      idle();
      lock.lock();
    }
  }
  if (failure) std::rethrow_exception(failure);
  return merged == count;
}

}  // namespace windtunnel
