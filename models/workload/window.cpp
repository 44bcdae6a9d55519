#include "models/workload/window.hpp"

#include "models/scenario/units.hpp"
#include "models/workload/text_file.hpp"
#include "models/workload/time_stamp.hpp"

namespace windtunnel {

void check_window_start(std::string_view start, Problems& problems) {
  Duration offset{};
  if (start.empty() || parse_time_stamp(start) || parse_duration(start, offset).empty()) return;
  problems.error("/start", shown(start) + " is neither a duration (\"2h\") nor a time stamp (\"1998-06-30 00:00:00\")");
}

std::optional<Window> find_window(std::string_view start, std::optional<Duration> length,
                                  std::optional<std::int64_t> first, std::int64_t total, Problems& problems) {
  Window window;
  Duration offset{};
  if (const auto stamp = parse_time_stamp(start)) {
    if (!first) {
      problems.error("/start", "is a time stamp, but the file has no time column; a duration fits");
      return std::nullopt;
    }
    window.begin = *stamp - *first;
  } else if (!start.empty() && parse_duration(start, offset).empty()) {
    window.begin = offset.count();
  }
  if (window.begin < 0 || window.begin >= total) {
    std::string message = shown(start) + " is outside the recording, which ";
    message += first ? "goes from " + format_time_stamp(*first) + " to " + format_time_stamp(*first + total)
                     : "is " + format_duration(Duration{total}) + " long";
    problems.error("/start", message);
    return std::nullopt;
  }
  window.end = total;
  if (length) {
    if (length->count() > total - window.begin) {
      problems.error("/length", format_duration(*length) + " is more than the " +
                                    format_duration(Duration{total - window.begin}) +
                                    " that are left from the start on");
      return std::nullopt;
    }
    window.end = window.begin + length->count();
  }
  return window;
}

}  // namespace windtunnel
