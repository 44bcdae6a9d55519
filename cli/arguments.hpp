#pragma once

#include <string>
#include <vector>

#include "models/scenario/read.hpp"

namespace windtunnel::cli {

// Of the options --set; UsageError for what is not path=value.
std::vector<Override> overrides_of(const std::vector<std::string>& set);
// A word as a POSIX shell reads it.
std::string shell_word(const std::string& word);

}  // namespace windtunnel::cli
