#include "cli/answer.hpp"

#include <ostream>

#include "cli/output_folder.hpp"

namespace windtunnel::cli {

void answer(const Result& result, const std::string& effective, TextStyle style, const std::filesystem::path& folder,
            Format format, bool quiet, Console& console) {
  style.folder = folder.string();
  if (!folder.empty()) {
    write_output_folder(folder, result, effective, format_text(result, style));
    if (!quiet && format != Format::kText) console.err << "saved in " << folder.string() << "\n";
  }
  switch (format) {
    case Format::kText:
      style.colour = console.out_colour;
      console.out << format_text(result, style);
      break;
    case Format::kJson:
      console.out << format_json(result);
      break;
    case Format::kMarkdown:
      console.out << format_markdown(result);
      break;
    case Format::kCsv:
      console.out << format_csv(result.series);
      break;
  }
}

}  // namespace windtunnel::cli
