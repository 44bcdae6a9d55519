#include "cli/format/explanation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace windtunnel::cli {
namespace {

// --- what was seen

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Policies within policies file what the inner one saw under "reactive." or "policy.".
std::string_view own_name(std::string_view name) {
  const auto point = name.rfind('.');
  return point == std::string_view::npos ? name : name.substr(point + 1);
}

// Told as the recommendation, as what a rule made of it, or as the result.
bool is_derivation(std::string_view name) {
  static constexpr std::array<std::string_view, 13> kTold = {
      "current_replicas", "current_capacity",       "current_size",       "desired",           "recommended",
      "stabilized",       "within_limits",          "raw_recommendation", "forecast_replicas", "asked_for",
      "undelayed",        "after_scale_in_control", "without_flapping"};
  const std::string_view own = own_name(name);
  return std::find(kTold.begin(), kTold.end(), own) != kTold.end() || own.rfind("limited_by_", 0) == 0;
}

// As policies name their inputs; "" where the name does not tell.
std::string unit_of(const std::string& name, const std::map<std::string, double>& inputs) {
  const std::string_view own = own_name(name);
  if (own == "cpu_utilization") return "share";
  if (own == "cpu_cores") return "cores";
  if (own == "request_rate") return "1/s";
  if (ends_with(own, "_s")) return "s";
  if (own.rfind("metric_", 0) == 0) {
    // Of the HPA: whole percents where the target is a utilization.
    if (ends_with(own, "_utilization")) return "%";
    if (ends_with(own, "_target")) return inputs.count(name.substr(0, name.size() - 6) + "utilization") != 0 ? "%" : "";
  }
  return "";
}

std::string words_of(std::string name, const std::map<std::string, double>& inputs) {
  std::string place;
  if (const auto point = name.rfind('.'); point != std::string::npos) {
    place = name.substr(0, point + 1);
    name.erase(0, point + 1);
  }
  // The only metric needs no number.
  if (name.rfind("metric_0_", 0) == 0 && inputs.count(place + "metric_1_target") == 0) name.erase(0, 9);
  if (ends_with(name, "_s")) name.resize(name.size() - 2);
  name = place + name;
  std::replace(name.begin(), name.end(), '_', ' ');
  std::replace(name.begin(), name.end(), '.', ' ');
  return name;
}

constexpr char kGlue = '\x1f';  // a space at which no line breaks, until it is printed

std::string seen_text(const Decision& d, char glue = ' ') {
  std::string out;
  for (const auto& [name, value] : d.inputs) {
    if (d.scaling && is_derivation(name)) continue;
    std::string said = figure(value, unit_of(name, d.inputs));
    std::replace(said.begin(), said.end(), ' ', glue);
    out += (out.empty() ? "" : ", ") + words_of(name, d.inputs) + glue + said;
  }
  return out;
}

// --- what was made of it

std::string replicas(std::int64_t n) { return std::to_string(n) + (n == 1 ? " replica" : " replicas"); }

std::string rules_text(const Derivation& how) {
  std::string out;
  for (const Ruling& r : how.rules)
    out += (out.empty() ? "" : "; ") + r.rule + " " + std::to_string(r.before) + " -> " + std::to_string(r.after);
  return out;
}

std::string result_text(const Scaling& s) {
  if (s.before == s.after) return replicas(s.after) + ", as before";
  return std::to_string(s.before) + " -> " + replicas(s.after);
}

std::string sentence_of(const Decision& d) {
  if (!d.sentence.empty()) return d.sentence;
  std::string kind = d.kind;
  std::replace(kind.begin(), kind.end(), '_', ' ');
  return kind;
}

class Sheet {
 public:
  Sheet(const Result& result, const Explanation& explanation, bool colour)
      : result_(result), explanation_(explanation), colour_(colour) {}

  std::string write() {
    head();
    if (explanation_.at_s) {
      for (const Explanation::Answer& answer : explanation_.answers) tell(answer);
    } else {
      list();
    }
    return out_;
  }

 private:
  static constexpr std::size_t kLabels = 9;

  void line(const std::string& text) { out_.append(text, 0, text.find_last_not_of(' ') + 1) += '\n'; }
  std::string paint(const std::string& text, const char* code) const {
    return colour_ ? std::string("\033[") + code + "m" + text + "\033[0m" : text;
  }

  void head() {
    line(paint(result_.scenario.empty() ? "(scenario without a name)" : result_.scenario, "1"));
    std::string what = clock_text(result_.horizon_s);
    if (result_.warmup_s > 0) what += " after a warm-up of " + clock_text(result_.warmup_s);
    what += " · seed " + std::to_string(result_.seed);
    if (result_.replications > 1) what += " · first of " + std::to_string(result_.replications) + " replications";
    line(paint(what, "2"));
  }

  void list() {
    const auto& decisions = explanation_.decisions;
    const auto count = [&](const char* kind) {
      return static_cast<std::size_t>(
          std::count_if(decisions.begin(), decisions.end(), [&](const Decision* d) { return d->kind == kind; }));
    };
    out_ += '\n';
    if (decisions.empty())
      return line("Nothing was decided from " + clock_text(explanation_.from_s) + " to " +
                  clock_text(explanation_.to_s) + ".");
    const std::size_t ups = count("scale_up"), downs = count("scale_down"), holds = count("hold"),
                      others = decisions.size() - ups - downs - holds;
    std::string text = "From " + clock_text(explanation_.from_s) + " to " + clock_text(explanation_.to_s) + ": " +
                       count_text(ups) + " up, " + count_text(downs) + " down, " + count_text(holds) + " held";
    if (others > 0) text += ", " + count_text(others) + " of other kinds";
    line(paint(text, "1"));
    std::size_t times = 0;
    for (const Decision* d : decisions) times = std::max(times, display_width(clock_text(d->time_s)));
    for (const Decision* d : decisions) {
      out_ += '\n';
      const bool named = result_.services.size() != 1 && !d->service.empty();
      tell(*d, "  " + pad_left(clock_text(d->time_s), times) + "  ", named ? d->service + ": " : "");
    }
  }

  void tell(const Explanation::Answer& answer) {
    out_ += '\n';
    const double at = *explanation_.at_s;
    std::string text = answer.service + " at " + clock_text(at);
    if (answer.decision != nullptr && answer.decision->scaling) {
      text += ": " + replicas(answer.decision->scaling->after) + " asked for";
    } else if (answer.asked_for) {
      text += ": " + replicas(std::llround(*answer.asked_for)) + " asked for";
    }
    if (answer.ready) {
      text += ", " + fixed(*answer.ready, 0) + " ready";
      if (*answer.point_s != at) text += " (at " + clock_text(*answer.point_s) + ")";
    }
    line(paint(text, "1"));
    if (answer.decision == nullptr) {
      line("  Nobody had decided anything by then: these are the scenario's own.");
    } else {
      tell(*answer.decision, "  " + clock_text(answer.decision->time_s) + "  ", "");
    }
    if (answer.next != nullptr)
      for (const std::string& row :
           wrap("  " + clock_text(answer.next->time_s) + "  ", "next: " + sentence_of(*answer.next)))
        line(paint(row, "2"));
  }

  void tell(const Decision& d, const std::string& lead, const std::string& who) {
    for (const std::string& row : wrap(lead, who + sentence_of(d))) line(row);
    const std::string indent(display_width(lead), ' ');
    const auto part = [&](const char* label, const std::string& text) {
      for (std::string& row : wrap(indent + pad_right(label, kLabels), text)) {
        std::replace(row.begin(), row.end(), kGlue, ' ');
        line(row);
      }
    };
    if (d.scaling || d.kind == "scale_up" || d.kind == "scale_down")
      if (const std::string seen = seen_text(d, kGlue); !seen.empty()) part("saw", seen);
    if (!d.scaling) return;
    const Derivation& how = d.scaling->how;
    part("wanted",
         how.recommendation ? replicas(*how.recommendation) : "nothing: what it saw allows no recommendation");
    part("rules", how.rules.empty() ? "none changed that" : rules_text(how));
    part("result", result_text(*d.scaling));
  }

  const Result& result_;
  const Explanation& explanation_;
  const bool colour_;
  std::string out_;
};

// --- JSON

std::string number_or_null(const std::optional<double>& value) { return value ? json_number(*value) : "null"; }

std::string decision_json(const Decision& d) {
  std::string out = "{\"time_s\": " + json_number(d.time_s) + ", \"service\": " + json_quote(d.service) +
                    ", \"kind\": " + json_quote(d.kind) + ", \"sentence\": " + json_quote(d.sentence) + ", \"seen\": [";
  bool first = true;
  for (const auto& [name, value] : d.inputs) {
    const std::string unit = unit_of(name, d.inputs);
    out += std::string(first ? "" : ", ") + "{\"name\": " + json_quote(name) + ", \"value\": " + json_number(value) +
           ", \"unit\": " + (unit.empty() ? "null" : json_quote(unit)) + "}";
    first = false;
  }
  out += "]";
  if (!d.scaling) return out + "}";
  const Scaling& s = *d.scaling;
  out += ", \"recommendation\": " + (s.how.recommendation ? std::to_string(*s.how.recommendation) : "null") +
         ", \"rules\": [";
  for (std::size_t i = 0; i < s.how.rules.size(); ++i) {
    const Ruling& r = s.how.rules[i];
    out += std::string(i ? ", " : "") + "{\"rule\": " + json_quote(r.rule) +
           ", \"before\": " + std::to_string(r.before) + ", \"after\": " + std::to_string(r.after) + "}";
  }
  return out + "], \"replicas\": {\"before\": " + std::to_string(s.before) + ", \"after\": " + std::to_string(s.after) +
         "}}";
}

std::string lines(const std::vector<std::string>& items) {
  if (items.empty()) return "[]";
  std::string out = "[";
  for (std::size_t i = 0; i < items.size(); ++i) out += (i ? ",\n    " : "\n    ") + items[i];
  return out + "\n  ]";
}

// --- Markdown

std::string row_of(const Decision& d) {
  std::string row = "| " + clock_text(d.time_s) + " | " + markdown_escaped(d.service) + " | ";
  if (d.scaling) {
    const Derivation& how = d.scaling->how;
    const std::string rules = rules_text(how);
    row += (how.recommendation ? std::to_string(*how.recommendation) : "–") + " | " +
           (rules.empty() ? "–" : markdown_escaped(rules)) + " | " + std::to_string(d.scaling->before) + " -> " +
           std::to_string(d.scaling->after);
  } else {
    row += "– | – | –";
  }
  const bool seen = d.scaling.has_value();
  return row + " | " + markdown_escaped(sentence_of(d)) + " | " + (seen ? markdown_escaped(seen_text(d)) : "–") +
         " |\n";
}

constexpr const char* kTableHead =
    "| time | service | wanted | rules | replicas | why | saw |\n|---:|---|---:|---|---|---|---|\n";

}  // namespace

std::string explanation_text(const Result& result, const Explanation& explanation, bool colour) {
  return Sheet(result, explanation, colour).write();
}

std::string explanation_json(const Result& result, const Explanation& explanation) {
  std::string out = "{\n  \"windtunnel_explanation\": 1,\n  \"version\": " + json_quote(result.version) +
                    ",\n  \"scenario\": " + json_quote(result.scenario) +
                    ",\n  \"scenario_hash\": " + json_quote(result.scenario_hash) +
                    ",\n  \"seed\": " + std::to_string(result.seed) + ",\n";
  std::vector<std::string> items;
  if (explanation.at_s) {
    for (const Explanation::Answer& a : explanation.answers)
      items.push_back("{\"service\": " + json_quote(a.service) +
                      ", \"decision\": " + (a.decision ? decision_json(*a.decision) : "null") +
                      ", \"next_s\": " + (a.next ? json_number(a.next->time_s) : "null") +
                      ", \"state\": {\"time_s\": " + number_or_null(a.point_s) + ", \"replicas_desired\": " +
                      number_or_null(a.asked_for) + ", \"replicas_ready\": " + number_or_null(a.ready) + "}}");
    return out + "  \"at_s\": " + json_number(*explanation.at_s) + ",\n  \"answers\": " + lines(items) + "\n}\n";
  }
  for (const Decision* d : explanation.decisions) items.push_back(decision_json(*d));
  return out + "  \"from_s\": " + json_number(explanation.from_s) + ",\n  \"to_s\": " + json_number(explanation.to_s) +
         ",\n  \"decisions\": " + lines(items) + "\n}\n";
}

std::string explanation_markdown(const Result& result, const Explanation& explanation) {
  std::string out = "## " + markdown_escaped(result.scenario.empty() ? "Windtunnel" : result.scenario) + "\n\n";
  if (!explanation.at_s) {
    out += "Decisions from " + clock_text(explanation.from_s) + " to " + clock_text(explanation.to_s) + ".\n\n";
    out += kTableHead;
    for (const Decision* d : explanation.decisions) out += row_of(*d);
    return out;
  }
  out += "The last decisions at " + clock_text(*explanation.at_s) + ".\n\n";
  out += kTableHead;
  for (const Explanation::Answer& a : explanation.answers)
    out += a.decision ? row_of(*a.decision)
                      : "| – | " + markdown_escaped(a.service) + " | – | – | – | no decision yet | – |\n";
  return out;
}

}  // namespace windtunnel::cli
