#pragma once

#include <string>

// Figures in the sentences of decisions: three digits are enough for people.
namespace windtunnel {

double three_digits(double value);
std::string spell_share(double value);   // "62.3 %"
std::string spell_number(double value);  // "1230"

}  // namespace windtunnel
