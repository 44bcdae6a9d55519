#include <algorithm>
#include <ostream>

#include "cli/format/format.hpp"
#include "cli/verbs.hpp"
#include "models/scenario/read.hpp"

namespace windtunnel::cli {
namespace {

// "load_balancer", "Load-Balancer" and "load balancer" are one kind.
std::string plain(std::string text) {
  for (char& c : text) {
    if (c == '_' || c == '-') c = ' ';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string known(const std::vector<ListedKind>& kinds) {
  std::string text;
  for (const ListedKind& k : kinds) text += (text.empty() ? "" : ", ") + k.kind;
  return text;
}

std::vector<ListedKind> with_type(std::vector<ListedKind> kinds, const std::string& type) {
  for (ListedKind& k : kinds)
    k.types.erase(std::remove_if(k.types.begin(), k.types.end(),
                                 [&](const ListedType& t) { return plain(t.type) != plain(type); }),
                  k.types.end());
  kinds.erase(std::remove_if(kinds.begin(), kinds.end(), [](const ListedKind& k) { return k.types.empty(); }),
              kinds.end());
  return kinds;
}

std::vector<ListedKind> chosen(const std::string& kind, const std::string& type) {
  std::vector<ListedKind> all = list_types();
  if (kind.empty()) return all;
  std::vector<ListedKind> found;
  for (const ListedKind& k : all)
    if (plain(k.kind) == plain(kind) || plain(k.kind) + "s" == plain(kind)) found.push_back(k);
  if (found.empty() && type.empty()) found = with_type(all, kind);
  if (found.empty()) throw UsageError("no kind or type is called \"" + kind + "\"; the kinds are " + known(all));
  if (type.empty()) return found;
  std::vector<ListedKind> narrowed = with_type(found, type);
  if (narrowed.empty()) {
    std::string types;
    for (const ListedType& t : found.front().types) types += (types.empty() ? "" : ", ") + t.type;
    throw UsageError("no " + found.front().kind + " is called \"" + type + "\"; there are " + types);
  }
  return narrowed;
}

std::string terms(const ListedField& f) {
  std::string text = f.type;
  if (!f.unit.empty()) text += (text.empty() ? "" : ", ") + f.unit;
  if (!f.bounds.empty()) text += (text.empty() ? "" : ", ") + f.bounds;
  if (f.required) return text + (text.empty() ? "required" : ", required");
  if (!f.default_value.empty()) text += (text.empty() ? "default " : ", default ") + f.default_value;
  return text;
}

void print_text(const std::vector<ListedKind>& kinds, bool fields, std::ostream& out) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    out << (i ? "\n" : "") << kinds[i].kind << "\n";
    std::size_t width = 0;
    for (const ListedType& t : kinds[i].types) width = std::max(width, display_width(t.type));
    for (const ListedType& t : kinds[i].types) {
      out << "  " << (t.summary.empty() ? t.type : pad_right(t.type, width) + "  " + t.summary) << "\n";
      if (!fields) continue;
      std::size_t names = 0;
      for (const ListedField& f : t.fields) names = std::max(names, display_width(f.name));
      for (const ListedField& f : t.fields) {
        out << "      " << pad_right(f.name, names) << "  " << f.meaning;
        if (const std::string said = terms(f); !said.empty()) out << " (" << said << ")";
        out << "\n";
      }
    }
  }
}

void print_json(const std::vector<ListedKind>& kinds, std::ostream& out) {
  out << "[";
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    out << (i ? ",\n " : "\n ") << "{\"kind\": " << json_quote(kinds[i].kind) << ", \"types\": [";
    for (std::size_t j = 0; j < kinds[i].types.size(); ++j) {
      const ListedType& t = kinds[i].types[j];
      out << (j ? ",\n  " : "\n  ") << "{\"type\": " << json_quote(t.type) << ", \"summary\": " << json_quote(t.summary)
          << ", \"fields\": [";
      for (std::size_t k = 0; k < t.fields.size(); ++k) {
        const ListedField& f = t.fields[k];
        out << (k ? ",\n   " : "\n   ") << "{\"name\": " << json_quote(f.name) << ", \"type\": " << json_quote(f.type)
            << ", \"unit\": " << json_quote(f.unit) << ", \"required\": " << (f.required ? "true" : "false")
            << ", \"default\": " << json_quote(f.default_value) << ", \"bounds\": " << json_quote(f.bounds)
            << ", \"meaning\": " << json_quote(f.meaning) << "}";
      }
      out << "]}";
    }
    out << "]}";
  }
  out << "\n]\n";
}

std::string cell(std::string text) {
  for (std::size_t i = 0; (i = text.find('|', i)) != std::string::npos; i += 2) text.insert(i, 1, '\\');
  return text;
}

void print_markdown(const std::vector<ListedKind>& kinds, std::ostream& out) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    out << (i ? "\n" : "") << "## " << kinds[i].kind << "\n";
    for (const ListedType& t : kinds[i].types) {
      out << "\n### `" << t.type << "`\n";
      if (!t.summary.empty()) out << "\n" << t.summary << "\n";
      if (t.fields.empty()) continue;
      out << "\n| parameter | type | unit | default | bounds | meaning |\n|---|---|---|---|---|---|\n";
      for (const ListedField& f : t.fields)
        out << "| `" << f.name << "` | " << cell(f.type) << " | " << cell(f.unit) << " | "
            << (f.required ? "required" : cell(f.default_value)) << " | " << cell(f.bounds) << " | " << cell(f.meaning)
            << " |\n";
    }
  }
}

}  // namespace

int list_verb(const std::string& kind, const std::string& type, Format format, Console& console) {
  const std::vector<ListedKind> kinds = chosen(kind, type);
  switch (format) {
    case Format::kText:
      print_text(kinds, !kind.empty(), console.out);
      if (kind.empty() && console.err_terminal) console.err << "\nwindtunnel list KIND or TYPE shows the parameters\n";
      break;
    case Format::kJson:
      print_json(kinds, console.out);
      break;
    case Format::kMarkdown:
      print_markdown(kinds, console.out);
      break;
    case Format::kCsv:
      throw UsageError("list speaks text, json and md");
  }
  return kAllMet;
}

}  // namespace windtunnel::cli
