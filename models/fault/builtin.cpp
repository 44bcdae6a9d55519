#include <algorithm>
#include <array>
#include <cmath>

#include "models/fault/types.hpp"

namespace windtunnel {

const Registry<Fault>& Fault::registry() {
  static const Registry<Fault> types = [] {
    Registry<Fault> r("fault");
    add_kill_instances(r);
    add_crashes(r);
    add_zone_outage(r);
    add_slow_instances(r);
    return r;
  }();
  return types;
}

namespace {
constexpr std::array<std::string_view, 3> kWhichNames = {"any", "oldest", "newest"};
}  // namespace

void Victims::describe(FieldVisitor& v) {
  v.field("share", share, "Share of the instances that run then, rounded up; this or count",
          {.lo = 0, .hi = 1, .above_lo = true});
  v.field("count", count, "Number of instances, all of them if there are not so many; this or share", {.lo = 1});
  v.choice("which", which, kWhichNames, "Any at random, the oldest or the newest of them");
}

void Victims::check(Problems& p) const {
  if (share && count) p.error("", "has both share and count; one of them says how many instances");
  if (!share && !count) p.error("", "needs one of share and count");
}

std::vector<std::uint32_t> Victims::draw(std::vector<std::uint32_t> running, Stream& words) const {
  std::size_t wanted = 0;
  if (count) wanted = static_cast<std::size_t>(*count);
  // The tolerance keeps 7 % of 100 at 7 where the product is a hair above it.
  if (share) wanted = static_cast<std::size_t>(std::ceil(share->value * static_cast<double>(running.size()) - 1e-9));
  wanted = std::min(wanted, running.size());
  if (which == Which::kNewest)
    running.erase(running.begin(), running.end() - static_cast<std::ptrdiff_t>(wanted));
  else if (which == Which::kOldest)
    running.resize(wanted);
  if (which != Which::kAny) return running;
  // The first steps of a Fisher-Yates shuffle.
  for (std::size_t i = 0; i < wanted; ++i)
    std::swap(running[i], running[i + words.below(static_cast<std::uint32_t>(running.size() - i))]);
  running.resize(wanted);
  std::sort(running.begin(), running.end());
  return running;
}

std::string stream_name(std::size_t index, std::string_view what) {
  return "fault/" + std::to_string(index) + "/" + std::string(what);
}

std::string listed(const std::vector<std::uint32_t>& instances) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    if (i == kShown) return text + " and " + std::to_string(instances.size() - kShown) + " more";
    if (i > 0) text += i + 1 == instances.size() ? " and " : ", ";
    text += std::to_string(instances[i]);
  }
  return text;
}

std::string counted(std::size_t n, std::string_view of) {
  return std::to_string(n) + " " + std::string(of) + (n == 1 ? "" : "s");
}

}  // namespace windtunnel
