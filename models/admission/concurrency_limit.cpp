#include "models/admission/concurrency_limit.hpp"

#include "models/admission/windowed_limit.hpp"

#include <array>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kPerNames = {"service", "instance"};

}  // namespace

void ConcurrencyLimitParams::describe(FieldVisitor& v) {
  describe_limit(v);
  v.choice(
      "per", per, kPerNames,
      "Where the limit is kept: once in front of the service, as by a gateway, or in each instance, as by a library");
  v.field(
      "partitions", partitions,
      "Shares of the limit that are kept for request classes: below its share a class is let in even above the limit. "
      "Classes that are not named have a place. Empty: all are alike",
      {.lo = 0, .hi = 1});
  v.field("bypass", bypass, "Request classes that are always let in and not counted");
  v.field("window", window, "What the limit sees of requests: windows. None: each one that ends");
}

void ConcurrencyLimitParams::check(Problems& p) {
  double sum = 0;
  for (const auto& [unused, share] : partitions) sum += share.value;
  if (sum > 1 + 1e-9) p.error("/partitions", "sum to more than the whole limit");
  for (std::size_t i = 0; i < bypass.size(); ++i)
    if (partitions.contains(bypass[i]))
      p.error("/bypass/" + std::to_string(i),
              "\"" + bypass[i] + "\" has a share among the partitions too; one of them fits");
}

std::unique_ptr<ConcurrencyLimit> ConcurrencyLimitParams::make(Stream words) const {
  std::unique_ptr<ConcurrencyLimit> limit = make_limit(words);
  if (window) return std::make_unique<WindowedLimit>(*window, std::move(limit));
  return limit;
}

void LimitWindow::describe(FieldVisitor& v) {
  v.field("min_time", min_time, "A window is twice the shortest round trip in it, at least this …", kPositive);
  v.field("max_time", max_time, "… and at most this", kPositive);
  v.field("min_samples", min_samples, "A window with fewer requests tells nothing", {.lo = 1});
  v.field("min_rtt", min_rtt, "Shorter round trips are ignored", kNonNegative);
}

void LimitWindow::check(Problems& p) {
  if (max_time < min_time) p.error("/max_time", "is shorter than min_time");
}

}  // namespace windtunnel
