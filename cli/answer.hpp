#pragma once

#include <filesystem>
#include <string>

#include "cli/format/format.hpp"
#include "cli/verbs.hpp"

namespace windtunnel::cli {

// A result as it was asked for: on standard output in `format`, and whole in `folder` unless that is empty.
void answer(const Result& result, const std::string& effective, TextStyle style, const std::filesystem::path& folder,
            Format format, bool quiet, Console& console);

}  // namespace windtunnel::cli
