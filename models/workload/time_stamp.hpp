#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Points in time as data files and scenarios write them.
namespace windtunnel {

// Nanoseconds since 1970-01-01 00:00:00 UTC, from
//   - a number: seconds below 1e11, milliseconds below 1e14, microseconds below 1e17, else nanoseconds; decimals fit;
//   - "YYYY-MM-DD", with "HH:MM", ":SS" and ".fraction" (up to 9 digits) as far as given, after a space or a T;
//     "Z" or "+HH:MM" may follow. Without them the stamp is taken as UTC: differences are what counts.
// Nothing if the text is neither, or the point is not in the years 1970 to 2261.
std::optional<std::int64_t> parse_time_stamp(std::string_view text);

// "YYYY-MM-DD HH:MM:SS", with a fraction where there is one.
std::string format_time_stamp(std::int64_t ns);

}  // namespace windtunnel
