#pragma once

#include <filesystem>

#include "models/result.hpp"

namespace windtunnel::cli {

// Reads what `run` saved: a folder of -o, or a file of --format json. Of the result there are its origin and times, the
// names of services, decisions, and of the series the replicas. UsageError for what is no such thing.
Result read_saved_result(const std::filesystem::path& path);

}  // namespace windtunnel::cli
