#include "models/autoscaler/spell.hpp"

#include <array>
#include <charconv>

#include "models/scenario/units.hpp"

namespace windtunnel {

double three_digits(double value) {
  std::array<char, 32> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 2);
  double rounded = value;
  if (error == std::errc{}) std::from_chars(text.data(), end, rounded);
  return rounded;
}

std::string spell_share(double value) { return format_number(three_digits(value * 100)) + " %"; }
std::string spell_number(double value) { return format_number(three_digits(value)); }

std::string spell_change(std::int64_t before, std::int64_t after, const std::string& why) {
  return std::to_string(before) + " -> " + std::to_string(after) + ": " + why;
}

}  // namespace windtunnel
