#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sim/describe/field.hpp"

// Files of data: reading, unpacking, and saying what is wrong with them. For models/workload and
// models/signal.
namespace windtunnel {

inline constexpr std::size_t kLargestText = std::size_t{1} << 30;  // after unpacking

// Problems of the file that the field "file" names as the user wrote it. The first kShown are shown, the rest counted.
class FileProblems {
 public:
  FileProblems(std::string_view file, Problems& problems) : file_(file), problems_(problems) {}
  FileProblems(const FileProblems&) = delete;
  FileProblems& operator=(const FileProblems&) = delete;
  ~FileProblems();

  void error(std::size_t line, std::string message);  // line 0: the file as a whole
  void warning(std::size_t line, std::string message);
  std::size_t errors() const { return errors_; }

 private:
  static constexpr std::size_t kShown = 20;
  static constexpr std::string_view kField = "/file";

  std::string file_;
  Problems& problems_;
  std::size_t errors_ = 0;
};

// The bytes of a file, as they are; nothing if it can't be read, which is reported.
std::optional<std::string> read_bytes(const std::filesystem::path& path, FileProblems& problems);

// If `bytes` are gzip (they begin with 1f 8b) unpacks them into `storage`; else they are the text. At most `limit`
// bytes: more is an error, as is a damaged archive, and the result is then nothing.
std::optional<std::string_view> unpacked(std::string_view bytes, std::string& storage, FileProblems& problems,
                                         std::size_t limit = kLargestText);

// "'text'", shortened if it is long, other characters than printable ASCII as '?': for messages.
std::string shown(std::string_view text);

}  // namespace windtunnel
