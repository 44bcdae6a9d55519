#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/workload/text_file.hpp"

// Rows of text with fields between tabs, semicolons or commas (RFC 4180 without line breaks inside fields). Private to
// models/workload.
namespace windtunnel {

// The delimiter is the one that the first line has most of. Where it is not the tab, a field may be in double quotes,
// doubled inside. Lines end in LF or CRLF, the last one also without; empty lines and a byte order mark are skipped.
// The first line is a header if one of its fields is neither a number nor a time stamp nor empty.
class Table {
 public:
  explicit Table(std::string_view text);

  bool has_header() const { return !header_.empty(); }
  std::size_t columns() const { return columns_; }  // of the first line
  // The place of a column named in the header, or by its number from 1 where no header names it so; an error that
  // lists what there is if there is none.
  std::optional<std::size_t> column(std::string_view name, FileProblems& problems) const;

  bool next();                                // to the next row; false: there is none
  std::size_t line() const { return line_; }  // of the row, from 1
  std::size_t size() const { return fields_.size(); }
  std::string_view operator[](std::size_t field) const { return fields_[field]; }  // without spaces around it
  bool well_formed() const { return well_formed_; }  // false: a quoted field of the row has no end

 private:
  bool read_line();
  void split(std::string_view line);

  std::string_view rest_;
  char delimiter_ = ',';
  std::size_t line_ = 0, columns_ = 0;
  bool first_waits_ = false, well_formed_ = true;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::string unescaped_;
};

// A finite number without a unit; nothing if the text is not one.
std::optional<double> parse_number_field(std::string_view text);

}  // namespace windtunnel
