#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/result.hpp"

namespace windtunnel::cli {

// One run = one folder: scenario.json, summary.json, summary.txt, metrics.csv, decisions.jsonl, series-<service>.csv.

// Before the work: whether `folder` may be written. It may if it does not exist, is empty, or holds an earlier run; or
// with `force`. Throws UsageError for somebody else's folder, IoError for a place nobody can write to.
void check_output_folder(const std::filesystem::path& folder, bool force);

// After it: everything is written under temporary names first and then renamed, summary.json last, so whoever finds a
// summary.json finds a whole run. Series of an earlier run that this one does not have are removed. Throws IoError.
void write_output_folder(const std::filesystem::path& folder, const Result& result,
                         const std::string& effective_scenario, const std::string& summary_text);

// The file name of a service's series. Different services have different names, whatever characters are in theirs.
std::string series_file(const std::string& service);

}  // namespace windtunnel::cli
