#include "sim/calendar/time_zone.hpp"

#include <cctz/time_zone.h>
#include <cctz/zone_info_source.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <limits>

#include "sim/calendar/zone_data.hpp"

namespace windtunnel {
namespace {

constexpr UtcSeconds kFirst = std::numeric_limits<UtcSeconds>::min(), kLast = std::numeric_limits<UtcSeconds>::max();
// Simulated time ends in 2262; rules go on until then.
constexpr UtcSeconds kEnough = 9'300'000'000;

const zone_data::Zone* find(std::string_view name) {
  const auto found = std::lower_bound(zone_data::kZones.begin(), zone_data::kZones.end(), name,
                                      [](const zone_data::Zone& zone, std::string_view n) { return zone.name < n; });
  return found == zone_data::kZones.end() || found->name != name ? nullptr : &*found;
}

std::string from_base64(std::string_view text) {
  const auto six_bits = [](char c) -> std::uint32_t {
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
    return c == '+' ? 62 : 63;
  };
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | six_bits(c);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  return out;
}

class OwnData final : public cctz::ZoneInfoSource {
 public:
  explicit OwnData(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t Read(void* to, std::size_t size) override {
    const std::size_t count = std::min(size, bytes_.size() - at_);
    std::memcpy(to, bytes_.data() + at_, count);
    at_ += count;
    return count;
  }
  int Skip(std::size_t offset) override {
    if (offset > bytes_.size() - at_) return -1;
    at_ += offset;
    return 0;
  }
  std::string Version() const override { return std::string(zone_data::kVersion); }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

// Never the machine's own files.
std::unique_ptr<cctz::ZoneInfoSource> own_data(
    const std::string& name, const std::function<std::unique_ptr<cctz::ZoneInfoSource>(const std::string&)>&) {
  const zone_data::Zone* zone = find(name);
  if (zone == nullptr) return nullptr;
  return std::make_unique<OwnData>(from_base64(zone_data::kFiles[zone->file]));
}

UtcSeconds seconds_of(std::chrono::time_point<std::chrono::system_clock, cctz::seconds> time) {
  return time.time_since_epoch().count();
}

}  // namespace

std::optional<TimeZone> TimeZone::named(std::string_view name) {
  // Set before the library loads its first zone; the program may use it for nothing else.
  [[maybe_unused]] static const bool once = [] {
    cctz_extension::zone_info_source_factory = own_data;
    return true;
  }();
  cctz::time_zone zone;
  if (find(name) == nullptr || !cctz::load_time_zone(std::string(name), &zone)) return std::nullopt;

  using Point = std::chrono::time_point<std::chrono::system_clock, cctz::seconds>;
  const auto point = [](UtcSeconds time) { return Point(cctz::seconds(time)); };
  auto changes = std::make_shared<std::vector<Change>>();
  changes->push_back({kFirst, 0});
  const auto add = [&](UtcSeconds at) {
    const std::int64_t seconds = zone.lookup(point(at)).offset;
    if (seconds != changes->back().seconds) changes->push_back({at, seconds});
  };
  add(0);
  cctz::time_zone::civil_transition change;
  for (UtcSeconds at = 0; at < kEnough && zone.next_transition(point(at), &change);) {
    at = seconds_of(zone.lookup(change.to).trans);
    add(at);
  }
  TimeZone out;
  if (changes->size() > 1) out.changes_ = std::move(changes);
  return out;
}

std::vector<std::string> TimeZone::names() {
  std::vector<std::string> out;
  for (const zone_data::Zone& zone : zone_data::kZones) out.emplace_back(zone.name);
  return out;
}

std::string_view TimeZone::version() { return zone_data::kVersion; }

TimeZone::Offset TimeZone::offset(UtcSeconds time) const {
  if (is_utc()) return {0, kLast};
  const auto next = std::upper_bound(changes_->begin(), changes_->end(), time,
                                     [](UtcSeconds t, const Change& change) { return t < change.at; });
  return {std::prev(next)->seconds, next == changes_->end() ? kLast : next->at};
}

}  // namespace windtunnel
