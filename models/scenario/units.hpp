#pragma once

#include <string>
#include <string_view>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

// The spellings of values with a unit: "1h30m", "1200/s", "25%", "500m", "512Mi", "80MB/s". Reading is exact: the
// result is the nearest double (or whole nanosecond) to the decimal that was written. Writing gives a short text that
// reads back as the same value.
namespace windtunnel {

inline constexpr std::string_view kDurationUnits = "ns, us, ms, s, m, h, d";
inline constexpr std::string_view kRateUnits = "/s, /min, /h, /d";
inline constexpr std::string_view kByteUnits = "K, M, G, T, Ki, Mi, Gi, Ti, kB, MB, GB, TB";
inline constexpr std::string_view kQuantitySuffixes = "n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei";
inline constexpr std::string_view kByteRateUnits = "B/s, kB/s, MB/s, GB/s, Ki/s, Mi/s, Gi/s";

// Each returns what is wrong with the text as the end of a sentence, empty if nothing; `out` is set only then.
std::string parse_duration(std::string_view text, Duration& out);
std::string parse_duration(std::string_view text, double& seconds);  // not rounded to whole nanoseconds
std::string parse_rate(std::string_view text, double& per_second);
std::string parse_percent(std::string_view text, double& share);
std::string parse_cpu(std::string_view text, double& cores);
std::string parse_bytes(std::string_view text, double& bytes);
std::string parse_quantity(std::string_view text, double& value);  // as Kubernetes reads it: "1e3" and "-1" too
std::string parse_byte_rate(std::string_view text, double& bytes_per_second);

std::string format_number(double value);  // shortest text that reads back as the same double
std::string format_duration(Duration d);
std::string format_duration(double seconds);
std::string format_rate(double per_second);
std::string format_cpu(double cores);                   // "500m" or "2"
std::string format_bytes(double bytes);                 // "512Mi", "420M" or "17"
std::string format_byte_rate(double bytes_per_second);  // "80M/s" or "17B/s"
std::string format_quantity(double value);              // "500m", "512Mi" or "1500"

}  // namespace windtunnel
