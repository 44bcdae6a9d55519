#include "cli/progress.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>

#include "cli/format/format.hpp"

namespace windtunnel::cli {

void ProgressBar::show(double share) {
  constexpr int kColumns = 30;
  constexpr double kForecastAfter = 0.02;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < std::chrono::milliseconds{100}) return;
  drawn_ = now;
  share = std::clamp(share, 0.0, 1.0);
  const int full = static_cast<int>(share * kColumns);
  std::string bar;
  for (int i = 0; i < kColumns; ++i) bar += i < full ? "█" : "░";
  std::string text = bar + pad_left(fixed(std::floor(share * 100), 0), 4) + " %";
  if (share > kForecastAfter && share < 1) {
    const double elapsed = std::chrono::duration<double>(now - begun_).count();
    text += "  " + clock_text(std::ceil(elapsed / share * (1 - share))) + " left";
  }
  terminal_ << "\r" << text << "\033[K" << std::flush;
  visible_ = true;
}

void ProgressBar::clear() {
  if (visible_) terminal_ << "\r\033[K" << std::flush;
  visible_ = false;
}

}  // namespace windtunnel::cli
