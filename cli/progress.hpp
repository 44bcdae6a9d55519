#pragma once

#include <chrono>
#include <iosfwd>

namespace windtunnel::cli {

// A bar on one line of a terminal that is gone when the work is.
class ProgressBar {
 public:
  explicit ProgressBar(std::ostream& terminal) : terminal_(terminal) {}
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(double share);  // of the work done, 0..1; draws at most ten times a second
  void clear();

 private:
  std::ostream& terminal_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_{};
  bool visible_ = false;
};

}  // namespace windtunnel::cli
