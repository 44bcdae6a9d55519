#pragma once

#include <cstdint>
#include <string>

// Figures in the sentences of decisions: three digits are enough for people.
namespace windtunnel {

double three_digits(double value);
std::string spell_share(double value);                                                      // "62.3 %"
std::string spell_number(double value);                                                     // "1230"
std::string spell_change(std::int64_t before, std::int64_t after, const std::string& why);  // "4 -> 7: why"

}  // namespace windtunnel
