#include <algorithm>
#include <cmath>

#include "cli/format/format.hpp"

namespace windtunnel::cli {
namespace {

std::string cell(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string cell(double value) { return std::isnan(value) ? std::string() : shortest(value); }

std::string table(const std::vector<const Series*>& series, bool name_service) {
  std::vector<std::string> names;  // the union of the columns, in the order of their first appearance
  for (const Series* s : series)
    for (const Series::Column& c : s->columns)
      if (std::find(names.begin(), names.end(), c.name) == names.end()) names.push_back(c.name);
  std::string out = name_service ? "service,time_s" : "time_s";
  for (const std::string& name : names) (out += ',') += cell(name);
  out += "\n";
  for (const Series* s : series) {
    std::vector<const Series::Column*> columns;
    columns.reserve(names.size());
    for (const std::string& name : names) columns.push_back(s->find(name));
    for (std::size_t row = 0; row < s->times_s.size(); ++row) {
      if (name_service) out += cell(s->service) + ",";
      out += cell(s->times_s[row]);
      for (const Series::Column* c : columns) {
        out += ',';
        if (c && row < c->values.size()) out += cell(c->values[row]);
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace

std::string format_csv(const std::vector<Series>& series) {
  std::vector<const Series*> all;
  all.reserve(series.size());
  for (const Series& s : series) all.push_back(&s);
  return table(all, true);
}

std::string format_csv(const Series& series) { return table({&series}, false); }

std::string format_metrics_csv(const Result& result) {
  std::string out = "metric,unit,mean,half_width_95,standard_error,least,most,n\n";
  for (const Metric& m : result.metrics) {
    const Estimate& e = m.estimate;
    out += cell(m.name) + "," + cell(m.unit) + "," + cell(e.mean) + "," + cell(e.half_width_95) + "," +
           cell(e.standard_error) + "," + cell(e.least) + "," + cell(e.most) + "," + std::to_string(e.n) + "\n";
  }
  return out;
}

}  // namespace windtunnel::cli
