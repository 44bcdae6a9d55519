#pragma once

#include <cstddef>
#include <span>
#include <string_view>

// The IANA time zone database as tools/time_zones.py packs it.
namespace windtunnel::zone_data {

struct Zone {
  std::string_view name;
  std::size_t file;  // of kFiles; names of one zone share it
};
extern const std::string_view kVersion;
extern const std::string_view kFiles[];
extern const std::span<const Zone> kZones;  // ascending by name

}  // namespace windtunnel::zone_data
