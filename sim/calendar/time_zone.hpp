#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel {

// Seconds since 1970-01-01 00:00:00 UTC.
using UtcSeconds = std::int64_t;

// A time zone of the IANA database with its daylight saving time, from 1970 until beyond the simulated times; before
// 1970 it is UTC. The database is part of the program (version()), so that it is the same on every machine.
class TimeZone {
 public:
  TimeZone() = default;  // UTC
  // By one of its names ("Europe/Berlin"), as they are spelled there; none: there is no such zone.
  static std::optional<TimeZone> named(std::string_view name);
  static std::vector<std::string> names();  // ascending
  static std::string_view version();        // of the database: "2026f"

  bool is_utc() const { return !changes_; }
  // What the clocks show more than UTC.
  struct Offset {
    std::int64_t seconds = 0;
    UtcSeconds until = 0;  // it holds before that
  };
  Offset offset(UtcSeconds time) const;

 private:
  struct Change {
    UtcSeconds at;
    std::int64_t seconds;  // from then on
  };
  std::shared_ptr<const std::vector<Change>> changes_;  // ascending, the first at the beginning of all times
};

}  // namespace windtunnel
