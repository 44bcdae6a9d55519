#include "models/scenario/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "models/scenario/nearest.hpp"

namespace windtunnel {
namespace {

__extension__ using Wide = __int128;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_unit_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// How many characters at the front are a decimal: digits with at most one point, at least one digit.
std::size_t decimal_length(std::string_view text) {
  std::size_t i = 0;
  bool digits = false, point = false;
  for (; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      digits = true;
    } else if (text[i] == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  return digits ? i : 0;
}

// The nearest double to decimal * 10^exponent.
double scaled(std::string_view decimal, int exponent) {
  // from_chars wants a digit before the point.
  const std::string text = (decimal.front() == '.' ? "0" : "") + std::string(decimal) + "e" + std::to_string(exponent);
  double out = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  if (result.ec == std::errc::result_out_of_range) return exponent > 0 || decimal.size() > 20 ? HUGE_VAL : 0.0;
  return out;
}

struct DurationUnit {
  std::string_view name;
  std::int64_t ns;
  int decimal_exponent;  // of seconds; 1: not a power of ten
};
constexpr std::array<DurationUnit, 8> kUnits{{{"d", 86'400'000'000'000, 1},
                                              {"h", 3'600'000'000'000, 1},
                                              {"m", 60'000'000'000, 1},
                                              {"s", 1'000'000'000, 0},
                                              {"ms", 1'000'000, -3},
                                              {"us", 1'000, -6},
                                              {"µs", 1'000, -6},
                                              {"ns", 1, -9}}};

std::optional<std::size_t> unit_index(std::string_view name) {
  for (std::size_t i = 0; i < kUnits.size(); ++i)
    if (kUnits[i].name == name) return i;
  return std::nullopt;
}

// What somebody who wrote an unknown unit may have meant.
std::string meant_unit(std::string_view name) {
  for (const auto& [start, unit] : std::array<std::pair<std::string_view, std::string_view>, 10>{{{"msec", "ms"},
                                                                                                  {"mill", "ms"},
                                                                                                  {"usec", "us"},
                                                                                                  {"mic", "us"},
                                                                                                  {"nano", "ns"},
                                                                                                  {"nsec", "ns"},
                                                                                                  {"s", "s"},
                                                                                                  {"m", "m"},
                                                                                                  {"h", "h"},
                                                                                                  {"d", "d"}}}) {
    if (name.substr(0, start.size()) == start) return "; did you mean " + in_quotes(unit) + "?";
  }
  return {};
}

std::string duration_help() {
  return "; a duration is numbers with units (" + std::string(kDurationUnits) + R"(), such as "250ms" or "1h30m")";
}

struct ParsedDuration {
  Wide ns = 0;         // rounded
  bool exact = true;   // ns says it all
  double seconds = 0;  // nearest double
};

// 2^63 - 1 ns
constexpr double kLongestSeconds = 9.2e9;

std::string parse_parts(std::string_view text, ParsedDuration& out) {
  if (text.empty()) return "is empty" + duration_help();
  if (text == "0") return {};
  if (text.front() == '-') return "is negative, which no duration can be";
  std::string_view rest = text;
  std::size_t parts = 0;
  std::optional<std::size_t> last;
  while (!rest.empty()) {
    const std::size_t length = decimal_length(rest);
    if (length == 0) return "is not a duration" + duration_help();
    const std::string_view decimal = rest.substr(0, length);
    rest.remove_prefix(length);
    std::size_t letters = 0;
    while (letters < rest.size() && is_unit_letter(rest[letters])) ++letters;
    const std::string_view name = rest.substr(0, letters);
    rest.remove_prefix(letters);
    if (name.empty()) {
      if (rest.empty()) return "has no unit" + duration_help();
      return "is not a duration" + duration_help();
    }
    const auto unit = unit_index(name);
    if (!unit) {
      const std::string meant = meant_unit(name);
      return "has the unknown unit " + in_quotes(name) + (meant.empty() ? duration_help() : meant);
    }
    if (last && *unit <= *last)
      return "has its units out of order: each at most once, the larger first, as in \"1h30m\"";
    last = unit;
    ++parts;

    const double part_seconds = kUnits[*unit].decimal_exponent == 1
                                    ? scaled(decimal, 0) * (static_cast<double>(kUnits[*unit].ns) / 1e9)
                                    : scaled(decimal, kUnits[*unit].decimal_exponent);
    out.seconds = parts == 1 ? part_seconds : out.seconds + part_seconds;
    if (!(out.seconds <= kLongestSeconds)) return "is longer than 290 years";
    const std::size_t point = decimal.find('.');
    const std::size_t fraction = point == std::string_view::npos ? 0 : decimal.size() - point - 1;
    if (decimal.size() > 18) {
      // More digits than a 64-bit integer holds: at this length a double is as good as it gets.
      out.ns += static_cast<Wide>(std::llround(part_seconds * 1e9));
      out.exact = false;
      continue;
    }
    Wide mantissa = 0, power = 1;
    for (const char c : decimal)
      if (c != '.') mantissa = mantissa * 10 + (c - '0');
    for (std::size_t i = 0; i < fraction; ++i) power *= 10;
    const Wide scaled_ns = mantissa * kUnits[*unit].ns;
    out.ns += (2 * scaled_ns + power) / (2 * power);
    if (scaled_ns % power != 0) out.exact = false;
  }
  constexpr Wide kExactDouble = Wide{1} << 53;
  if (out.exact && out.ns < kExactDouble) out.seconds = static_cast<double>(static_cast<std::int64_t>(out.ns)) / 1e9;
  return {};
}

struct Suffix {
  std::string_view name;
  double factor;         // binary suffixes
  int decimal_exponent;  // used if factor is 0
};

constexpr std::array<Suffix, 31> kByteSuffixes{{
    {"", 0, 0},        {"B", 0, 0},        {"k", 0, 3},       {"K", 0, 3},        {"kB", 0, 3},      {"KB", 0, 3},
    {"M", 0, 6},       {"MB", 0, 6},       {"G", 0, 9},       {"GB", 0, 9},       {"T", 0, 12},      {"TB", 0, 12},
    {"P", 0, 15},      {"PB", 0, 15},      {"E", 0, 18},      {"EB", 0, 18},      {"Ki", 0x1p10, 0}, {"KiB", 0x1p10, 0},
    {"Mi", 0x1p20, 0}, {"MiB", 0x1p20, 0}, {"Gi", 0x1p30, 0}, {"GiB", 0x1p30, 0}, {"Ti", 0x1p40, 0}, {"TiB", 0x1p40, 0},
    {"Pi", 0x1p50, 0}, {"PiB", 0x1p50, 0}, {"Ei", 0x1p60, 0}, {"EiB", 0x1p60, 0}, {"e3", 0, 3},      {"e6", 0, 6},
    {"e9", 0, 9},
}};

constexpr std::array<Suffix, 16> kQuantityFactors{{{"n", 0, -9},
                                                   {"u", 0, -6},
                                                   {"m", 0, -3},
                                                   {"", 0, 0},
                                                   {"k", 0, 3},
                                                   {"M", 0, 6},
                                                   {"G", 0, 9},
                                                   {"T", 0, 12},
                                                   {"P", 0, 15},
                                                   {"E", 0, 18},
                                                   {"Ki", 0x1p10, 0},
                                                   {"Mi", 0x1p20, 0},
                                                   {"Gi", 0x1p30, 0},
                                                   {"Ti", 0x1p40, 0},
                                                   {"Pi", 0x1p50, 0},
                                                   {"Ei", 0x1p60, 0}}};

// Of "e3" or "E-6".
std::optional<int> decimal_exponent(std::string_view suffix) {
  if (suffix.size() < 2 || suffix.size() > 4 || (suffix.front() != 'e' && suffix.front() != 'E')) return std::nullopt;
  suffix.remove_prefix(1);
  if (suffix.front() == '+') suffix.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), exponent);
  if (error != std::errc{} || end != suffix.data() + suffix.size()) return std::nullopt;
  return exponent;
}

const Suffix* byte_suffix(std::string_view name) {
  const auto* found =
      std::find_if(kByteSuffixes.begin(), kByteSuffixes.end(), [name](const Suffix& s) { return s.name == name; });
  return found == kByteSuffixes.end() ? nullptr : found;
}

double scaled(std::string_view decimal, const Suffix& suffix) {
  return suffix.factor > 0 ? scaled(decimal, 0) * suffix.factor : scaled(decimal, suffix.decimal_exponent);
}

}  // namespace

std::string parse_duration(std::string_view text, Duration& out) {
  ParsedDuration parsed;
  if (std::string wrong = parse_parts(text, parsed); !wrong.empty()) return wrong;
  out = Duration{static_cast<std::int64_t>(parsed.ns)};
  return {};
}

std::string parse_duration(std::string_view text, double& seconds) {
  ParsedDuration parsed;
  if (std::string wrong = parse_parts(text, parsed); !wrong.empty()) return wrong;
  seconds = parsed.seconds;
  return {};
}

std::string parse_rate(std::string_view text, double& per_second) {
  double read = 0;
  const std::string help =
      std::string("; a rate is a number with ") + std::string(kRateUnits) + R"(, such as "1200/s" or "5/min")";
  if (text.empty()) return "is empty" + help;
  if (text.front() == '-') return "is negative, which no rate can be";
  const std::size_t length = decimal_length(text);
  if (length == 0) return "is not a rate" + help;
  const std::string_view decimal = text.substr(0, length), per = text.substr(length);
  if (per.empty()) return "has no unit" + help;
  if (per == "/s") {
    read = scaled(decimal, 0);
  } else if (per == "/min") {
    read = scaled(decimal, 0) / 60;
  } else if (per == "/h") {
    read = scaled(decimal, 0) / 3600;
  } else if (per == "/d") {
    read = scaled(decimal, 0) / 86400;
  } else {
    if (per == "/m" || per == "/minute") return "has the unknown unit " + in_quotes(per) + "; did you mean \"/min\"?";
    if (per == "/sec" || per == "/second" || per == "rps" || per == "qps")
      return "has the unknown unit " + in_quotes(per) + "; did you mean \"/s\"?";
    if (per == "/hour" || per == "/hr") return "has the unknown unit " + in_quotes(per) + "; did you mean \"/h\"?";
    if (per == "/day") return "has the unknown unit " + in_quotes(per) + "; did you mean \"/d\"?";
    return "has the unknown unit " + in_quotes(per) + help;
  }
  if (!std::isfinite(read)) return "is too large";
  per_second = read;
  return {};
}

std::string parse_percent(std::string_view text, double& share) {
  const std::size_t length = decimal_length(text);
  if (length == 0 || text.substr(length) != "%")
    return R"(is not a share; a share is a number from 0 to 1 or a percentage such as "25%")";
  const double read = scaled(text.substr(0, length), -2);
  if (!std::isfinite(read)) return "is too large";
  share = read;
  return {};
}

std::string parse_cpu(std::string_view text, double& cores) {
  double read = 0;
  const std::string help = R"(; CPU is counted in cores, such as 2, 0.5, "2" or "500m" (thousandths))";
  const std::size_t length = decimal_length(text);
  if (length == 0) return (text.empty() ? "is empty" : "is not a CPU quantity") + help;
  const std::string_view decimal = text.substr(0, length), suffix = text.substr(length);
  if (suffix.empty()) {
    read = scaled(decimal, 0);
  } else if (suffix == "m") {
    read = scaled(decimal, -3);
  } else if (suffix == "u") {
    read = scaled(decimal, -6);
  } else if (suffix == "n") {
    read = scaled(decimal, -9);
  } else {
    return "has the unknown unit " + in_quotes(suffix) + help;
  }
  if (!std::isfinite(read)) return "is too large";
  cores = read;
  return {};
}

std::string parse_bytes(std::string_view text, double& bytes) {
  double read = 0;
  const std::string help = R"(; sizes are bytes with )" + std::string(kByteUnits) + R"(, such as "512Mi" or "420MB")";
  const std::size_t length = decimal_length(text);
  if (length == 0) return (text.empty() ? "is empty" : "is not a size") + help;
  const std::string_view decimal = text.substr(0, length), suffix = text.substr(length);
  if (const Suffix* known = byte_suffix(suffix)) {
    read = scaled(decimal, *known);
    if (!std::isfinite(read)) return "is too large";
    bytes = read;
    return {};
  }
  if (suffix == "m") return "has the unit \"m\", thousandths of a byte; did you mean \"M\"?";
  if (suffix == "g") return "has the unknown unit \"g\"; did you mean \"G\"?";
  return "has the unknown unit " + in_quotes(suffix) + help;
}

std::string parse_quantity(std::string_view text, double& value) {
  double read = 0;
  const std::string help = "; a quantity is a number with or without a suffix (" + std::string(kQuantitySuffixes) +
                           R"(), such as 3, "500m" or "1k")";
  if (text.empty()) return "is empty" + help;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  const std::size_t length = decimal_length(text);
  if (length == 0) return "is not a quantity" + help;
  const std::string_view decimal = text.substr(0, length), suffix = text.substr(length);
  const auto known =
      std::find_if(kQuantityFactors.begin(), kQuantityFactors.end(), [&](const Suffix& s) { return s.name == suffix; });
  if (known != kQuantityFactors.end()) {
    read = scaled(decimal, *known);
  } else if (const auto exponent = decimal_exponent(suffix)) {
    read = scaled(decimal, *exponent);
  } else {
    if (suffix == "K") return "has the unknown suffix \"K\"; did you mean \"k\"?";
    return "has the unknown suffix " + in_quotes(suffix) + help;
  }
  if (!std::isfinite(read)) return "is too large";
  value = negative ? -read : read;
  return {};
}

std::string parse_byte_rate(std::string_view text, double& bytes_per_second) {
  const std::string help =
      "; a byte rate is a size per second (" + std::string(kByteRateUnits) + R"(), such as "80MB/s" or "1Gi/s")";
  if (text.empty()) return "is empty" + help;
  if (text.front() == '-') return "is negative, which no rate can be";
  const std::size_t length = decimal_length(text);
  if (length == 0) return "is not a byte rate" + help;
  const std::string_view decimal = text.substr(0, length), unit = text.substr(length);
  if (unit.empty()) return "has no unit" + help;
  const std::size_t slash = std::min(unit.find('/'), unit.size());
  const std::string_view size = unit.substr(0, slash), per = unit.substr(slash);
  const Suffix* known = byte_suffix(size);
  if (known != nullptr && per.empty())
    return "is a size and not a rate; did you mean " + in_quotes(std::string(text) + "/s") + "?";
  if (size.empty()) return "has no unit of size" + help;
  if (known == nullptr || per != "/s") return "has the unknown unit " + in_quotes(unit) + help;
  const double read = scaled(decimal, *known);
  if (!std::isfinite(read)) return "is too large";
  bytes_per_second = read;
  return {};
}

std::string format_number(double value) {
  std::array<char, 40> buffer{};
  if (value == 0) value = 0;  // no "-0"
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

namespace {

std::string format_fixed(double value) {
  std::array<char, 1200> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), result.ptr};
}

// whole + fraction/scale without trailing zeros; scale is a power of ten.
std::string decimal_text(std::int64_t value, std::int64_t scale) {
  std::string out = std::to_string(value / scale);
  std::int64_t fraction = value % scale;
  if (fraction == 0) return out;
  out += '.';
  while (fraction != 0) {
    scale /= 10;
    out += static_cast<char>('0' + fraction / scale);
    fraction %= scale;
  }
  return out;
}

bool is_whole(double value) { return std::abs(value) < 0x1p53 && value == std::floor(value); }

}  // namespace

std::string format_duration(Duration d) {
  std::int64_t ns = d.count();
  if (ns == 0) return "0s";
  std::string out;
  if (ns < 0) {  // fits nowhere, but a message may have to show it
    out = "-";
    ns = ns == std::numeric_limits<std::int64_t>::min() ? std::numeric_limits<std::int64_t>::max() : -ns;
  }
  if (ns < 1'000) return out + std::to_string(ns) + "ns";
  if (ns < 1'000'000) return out + decimal_text(ns, 1'000) + "us";
  if (ns < 1'000'000'000) return out + decimal_text(ns, 1'000'000) + "ms";
  for (const std::size_t unit : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    if (ns < kUnits[unit].ns) continue;
    out += std::to_string(ns / kUnits[unit].ns) + std::string(kUnits[unit].name);
    ns %= kUnits[unit].ns;
  }
  if (ns != 0) out += decimal_text(ns, 1'000'000'000) + "s";
  return out;
}

std::string format_duration(double seconds) {
  const double ns = std::abs(seconds) * 1e9;
  if (ns < 0x1p53) {
    const std::int64_t whole = std::llround(seconds * 1e9);
    if (static_cast<double>(whole) / 1e9 == seconds) return format_duration(Duration{whole});
  }
  if (!std::isfinite(seconds)) return seconds > 0 ? "for ever" : "never";
  return format_fixed(seconds) + "s";
}

std::string format_rate(double per_second) {
  struct Per {
    std::string_view name;
    double seconds;
  };
  std::string best = format_fixed(per_second) + "/s";
  for (const Per per : {Per{"/min", 60}, Per{"/h", 3600}, Per{"/d", 86400}}) {
    // Where a rate was written per minute, the count is a short decimal; rounding finds it again.
    const double count = std::round(per_second * per.seconds * 1e6) / 1e6;
    if (count / per.seconds != per_second) continue;
    std::string text = format_fixed(count) + std::string(per.name);
    if (text.size() + 2 < best.size()) best = std::move(text);
  }
  return best;
}

std::string format_cpu(double cores) {
  const double thousandths = std::round(cores * 1000);
  if (!is_whole(cores) && is_whole(thousandths) && thousandths / 1000 == cores) return format_fixed(thousandths) + "m";
  return format_fixed(cores);
}

std::string format_bytes(double bytes) {
  std::string best = format_fixed(bytes);
  if (!is_whole(bytes) || bytes == 0) return best;
  // Multiples of 1024 are written with a binary unit, unless somebody who wrote "80M" (78125Ki) would not know it
  // again.
  for (const auto& [name, factor] : std::array<std::pair<std::string_view, double>, 8>{{{"k", 1e3},
                                                                                        {"M", 1e6},
                                                                                        {"G", 1e9},
                                                                                        {"T", 1e12},
                                                                                        {"Ki", 0x1p10},
                                                                                        {"Mi", 0x1p20},
                                                                                        {"Gi", 0x1p30},
                                                                                        {"Ti", 0x1p40}}}) {
    if (!is_whole(bytes / factor)) continue;
    std::string text = format_fixed(bytes / factor) + std::string(name);
    if (text.size() <= best.size()) best = std::move(text);
  }
  return best;
}

std::string format_byte_rate(double bytes_per_second) {
  const std::string size = format_bytes(bytes_per_second);
  return size + (is_digit(size.back()) ? "B/s" : "/s");
}

std::string format_quantity(double value) {
  // Sizes read better in binary multiples; a whole number of thousands is more likely a count.
  if (is_whole(value) && value != 0 && !is_whole(value / 1000) && is_whole(value / 0x1p20)) return format_bytes(value);
  for (const auto& [name, parts] :
       std::array<std::pair<std::string_view, double>, 3>{{{"m", 1e3}, {"u", 1e6}, {"n", 1e9}}}) {
    const double count = std::round(value * parts);
    if (!is_whole(value) && is_whole(count) && count / parts == value) return format_fixed(count) + std::string(name);
  }
  return format_fixed(value);
}

}  // namespace windtunnel
