#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "cli/format/format.hpp"

namespace windtunnel::cli {
namespace {

constexpr std::array<const char*, 9> kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

// One value per column; NaN where nothing falls into it.
std::vector<double> fold_into(const std::vector<double>& values, std::size_t columns, Fold fold) {
  std::vector<double> out(columns, std::numeric_limits<double>::quiet_NaN());
  const std::size_t n = values.size();
  if (n == 0) return out;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t begin = c * n / columns, end = std::max(begin + 1, (c + 1) * n / columns);
    double sum = 0, most = -std::numeric_limits<double>::infinity();
    std::size_t seen = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (std::isnan(values[i])) continue;
      sum += values[i];
      most = std::max(most, values[i]);
      ++seen;
    }
    if (seen) out[c] = fold == Fold::kMean ? sum / static_cast<double>(seen) : most;
  }
  return out;
}

double greatest(const std::vector<double>& values) {
  double most = 0;
  for (const double v : values)
    if (v > most) most = v;
  return most;
}

}  // namespace

std::string sparkline(const std::vector<double>& values, std::size_t columns, Fold fold) {
  const std::vector<double> folded = fold_into(values, columns, fold);
  const double most = greatest(folded);
  std::string row;
  for (const double v : folded) {
    if (std::isnan(v)) {
      row += ' ';
      continue;
    }
    const double level = most > 0 && v > 0 ? std::ceil(v / most * 8) : 0;
    row += kBlocks[static_cast<std::size_t>(std::clamp(level, 0.0, 8.0))];
  }
  return row;
}

std::vector<std::string> block_chart(const std::vector<double>& values, double top, std::size_t columns,
                                     std::size_t rows) {
  const std::vector<double> folded = fold_into(values, columns, Fold::kMean);
  std::vector<std::string> out(rows);
  for (const double v : folded) {
    const double height = top > 0 && v > 0 ? std::ceil(v / top * 8 * static_cast<double>(rows)) : 0;
    for (std::size_t r = 0; r < rows; ++r) {
      const double below = 8 * static_cast<double>(rows - 1 - r);
      out[r] += kBlocks[static_cast<std::size_t>(std::clamp(height - below, 0.0, 8.0))];
    }
  }
  return out;
}

TimeAxis time_axis(double begin_s, double end_s, std::size_t columns) {
  static constexpr std::array<double, 27> kSteps = {
      0.001, 0.01, 0.1,  0.5,  1,     2,     5,     10,    15,     30,     60,      120,     300,     600,
      900,   1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000, 7776000, 31536000};
  TimeAxis axis;
  const double span = end_s - begin_s;
  std::vector<bool> tick(columns, false);
  std::string labels;
  if (span > 0) {
    // Labels need room: at least eleven columns from one to the next.
    const double least_step = span * 11 / static_cast<double>(columns);
    double step = kSteps.back();
    for (const double s : kSteps)
      if (s >= least_step) {
        step = s;
        break;
      }
    const auto last = static_cast<long>(std::floor(end_s / step));
    for (auto i = static_cast<long>(std::ceil(begin_s / step)); i <= last; ++i) {
      const double at = static_cast<double>(i) * step;
      const auto column = static_cast<std::size_t>((at - begin_s) / span * static_cast<double>(columns));
      const std::string label = clock_text(at);
      if (column >= columns || column < labels.size()) continue;
      tick[column] = true;
      labels += std::string(column - labels.size(), ' ') + label;
    }
  }
  for (const bool t : tick) axis.ticks += t ? "┴" : "─";
  axis.labels = labels;
  return axis;
}

}  // namespace windtunnel::cli
