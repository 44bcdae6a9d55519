#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

// Which part of a recording is played. For models/workload and models/signal.
namespace windtunnel {

// Passes problems on and counts the errors.
class CountingProblems final : public Problems {
 public:
  explicit CountingProblems(Problems& to) : to_(to) {}
  void error(std::string_view at, std::string message) override {
    ++errors;
    to_.error(at, std::move(message));
  }
  void warning(std::string_view at, std::string message) override { to_.warning(at, std::move(message)); }
  void file_error(std::string_view at, const FilePlace& place, std::string message) override {
    ++errors;
    to_.file_error(at, place, std::move(message));
  }
  void file_warning(std::string_view at, const FilePlace& place, std::string message) override {
    to_.file_warning(at, place, std::move(message));
  }
  std::size_t errors = 0;

 private:
  Problems& to_;
};

// `start` as the user wrote it: empty, a duration, or a time stamp. Reports at "/start" what is neither.
void check_window_start(std::string_view start, Problems& problems);

struct Window {
  std::int64_t begin = 0, end = 0;  // ns after the recording's begin
};
// Within a recording of `total` ns that began at `first` (none: it has no time stamps). Reports at "/start" or
// "/length" what lies outside, and returns nothing then.
std::optional<Window> find_window(std::string_view start, std::optional<Duration> length,
                                  std::optional<std::int64_t> first, std::int64_t total, Problems& problems);

}  // namespace windtunnel
