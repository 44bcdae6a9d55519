#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>

#include "cli/format/explanation.hpp"
#include "cli/saved_result.hpp"
#include "cli/verbs.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel::cli {
namespace {

bool is_scaling(const Decision& d) {
  static constexpr std::string_view kKinds[] = {"scale_up", "scale_down", "hold", "buffer_on", "buffer_off"};
  return std::find(std::begin(kKinds), std::end(kKinds), d.kind) != std::end(kKinds);
}

// Services, and what decisions are filed under besides: "cluster", where there are nodes.
std::vector<std::string> names_in(const Result& result) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const ServiceResult& s : result.services) add(s.name);
  for (const Decision& d : result.decisions) add(d.service);
  return names;
}

void check(const Result& result, const Question& question) {
  const std::vector<std::string> names = names_in(result);
  if (!question.service.empty() && std::find(names.begin(), names.end(), question.service) == names.end()) {
    std::string there;
    for (const std::string& name : names) there += (there.empty() ? "" : ", ") + name;
    throw UsageError("the run has no service \"" + question.service + "\"; " +
                     (there.empty() ? "it has none at all" : "it has " + there));
  }
  const auto inside = [&](const char* option, const std::optional<double>& time) {
    if (!time || (*time >= -result.warmup_s && *time <= result.horizon_s)) return;
    throw UsageError(std::string(option) + " is " + clock_text(*time) + ", and the run goes from " +
                     clock_text(-result.warmup_s) + " to " + clock_text(result.horizon_s));
  };
  inside("--at", question.at_s);
  inside("--from", question.from_s);
  inside("--to", question.to_s);
  if (question.from_s && question.to_s && *question.from_s > *question.to_s)
    throw UsageError("--from, " + clock_text(*question.from_s) + ", is after --to, " + clock_text(*question.to_s));
}

void add_state(Explanation::Answer& answer, const Result& result, double at_s) {
  for (const Series& series : result.series) {
    if (series.service != answer.service) continue;
    const auto after = std::upper_bound(series.times_s.begin(), series.times_s.end(), at_s);
    if (after == series.times_s.begin()) return;
    const auto point = static_cast<std::size_t>(after - series.times_s.begin()) - 1;
    answer.point_s = series.times_s[point];
    const auto value = [&](const char* name) -> std::optional<double> {
      const Series::Column* column = series.find(name);
      if (column == nullptr || point >= column->values.size() || std::isnan(column->values[point])) return std::nullopt;
      return column->values[point];
    };
    answer.asked_for = value("replicas_desired");
    answer.ready = value("replicas_ready");
  }
}

std::optional<double> time_of(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const bool warmup = text.front() == '-';
  double seconds = 0;
  if (const std::string wrong = parse_duration(std::string_view(text).substr(warmup ? 1 : 0), seconds); !wrong.empty())
    throw UsageError(std::string(option) + " \"" + text + "\" " + wrong);
  return warmup ? -seconds : seconds;
}

}  // namespace

Explanation explain(const Result& result, const Question& question) {
  check(result, question);
  Explanation out;
  out.at_s = question.at_s;
  out.from_s = question.from_s.value_or(-result.warmup_s);
  out.to_s = question.to_s.value_or(result.horizon_s);
  const auto wanted = [&](const Decision& d) {
    if (!question.all && !is_scaling(d)) return false;
    return question.service.empty() || d.service == question.service || d.service.empty();
  };
  if (!question.at_s) {
    for (const Decision& d : result.decisions)
      if (wanted(d) && d.time_s >= out.from_s && d.time_s <= out.to_s) out.decisions.push_back(&d);
    return out;
  }
  for (const std::string& name : names_in(result)) {
    if (!question.service.empty() && name != question.service) continue;
    Explanation::Answer answer;
    answer.service = name;
    for (const Decision& d : result.decisions) {
      if (d.service != name || !wanted(d)) continue;
      if (d.time_s <= *question.at_s) {
        answer.decision = &d;
      } else if (answer.next == nullptr) {
        answer.next = &d;
      }
    }
    add_state(answer, result, *question.at_s);
    out.answers.push_back(std::move(answer));
  }
  return out;
}

int explain_verb(const ExplainArguments& a, Console& console) {
  Question question;
  question.service = a.service;
  question.at_s = time_of("--at", a.at);
  question.from_s = time_of("--from", a.from);
  question.to_s = time_of("--to", a.to);
  question.all = a.all;
  if (a.format == Format::kCsv) throw UsageError("explain speaks text, json and md");
  const Result result = read_saved_result(a.result);
  const Explanation explanation = explain(result, question);
  switch (a.format) {
    case Format::kText:
    case Format::kCsv:
      console.out << explanation_text(result, explanation, console.out_colour);
      break;
    case Format::kJson:
      console.out << explanation_json(result, explanation);
      break;
    case Format::kMarkdown:
      console.out << explanation_markdown(result, explanation);
      break;
  }
  return kAllMet;
}

}  // namespace windtunnel::cli
