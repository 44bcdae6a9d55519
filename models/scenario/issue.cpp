#include "models/scenario/issue.hpp"

#include <utility>

namespace windtunnel {
namespace {

std::string all_lines(const std::vector<Issue>& issues) {
  std::string out;
  for (const Issue& issue : issues) {
    if (!out.empty()) out += '\n';
    out += issue.text();
  }
  return out;
}

}  // namespace

std::string Issue::text() const {
  std::string out = file;
  if (line > 0) {
    if (!out.empty()) out += ':';
    out += std::to_string(line);
    if (column > 0) out += ':' + std::to_string(column);
  }
  if (!out.empty()) out += ": ";
  if (!pointer.empty()) out += pointer + ": ";
  return out + message;
}

ConfigError::ConfigError(std::vector<Issue> issues)
    : std::runtime_error(all_lines(issues)), issues_(std::move(issues)) {}

}  // namespace windtunnel
