#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/describe/field.hpp"

// Recordings of single requests: one row, one request.
namespace windtunnel {

struct ReplayFormat {
  std::string file{};          // as the user wrote it, for messages
  std::string time_column{};   // by name, or number from 1; empty: the first
  std::string class_column{};  // empty: none
  std::string size_column{};   // empty: none
  double size_unit = 1;        // what is size 1
};

struct RecordedRequest {
  std::int64_t at;              // ns since 1970
  std::uint16_t request_class;  // index into RecordedRequests::classes, or kClassByMix
  float size;
};
struct RecordedRequests {
  std::vector<RecordedRequest> requests;  // in time order; rows at one instant in the order of the file
  std::vector<std::string> classes;       // as named in the class column, in the order in which they come first
  std::vector<std::size_t> class_lines;   // where
};

inline constexpr std::size_t kMostRequests = std::size_t{1} << 26;

// Understands text and gzip. What is wrong goes to `problems`, with lines; the requests are then worth nothing. Rows
// out of time order are put in order, with a warning.
RecordedRequests parse_replay(std::string_view bytes, const ReplayFormat& format, Problems& problems,
                              std::size_t limit = std::size_t{1} << 30);

}  // namespace windtunnel
