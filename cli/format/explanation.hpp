#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/format/format.hpp"

namespace windtunnel::cli {

// What somebody wants to know of a run's decisions. Seconds of measured time; negative in the warm-up.
struct Question {
  std::string service;                 // empty: all
  std::optional<double> at_s;          // "why were there so many replicas then"
  std::optional<double> from_s, to_s;  // what was decided between, both included; without at_s only
  bool all = false;                    // not only scaling decisions
};

// The decisions that answer it; they point into the result.
struct Explanation {
  // Of one service, to "why then".
  struct Answer {
    std::string service;
    const Decision* decision = nullptr;  // the last one at or before that time; null: there is none
    const Decision* next = nullptr;
    // By the series' last point until then; none: it has none yet.
    std::optional<double> asked_for, ready, point_s;
  };
  std::optional<double> at_s;
  double from_s = 0, to_s = 0;
  std::vector<Answer> answers;             // where at_s is given
  std::vector<const Decision*> decisions;  // else, in order of time
};

// UsageError where there is no such service or no such time, with what fits.
Explanation explain(const Result& result, const Question& question);

// At most 80 columns wide but for long names.
std::string explanation_text(const Result& result, const Explanation& explanation, bool colour);
// {"windtunnel_explanation": 1, …}: "answers" or "decisions", a line each; what does not exist is null.
std::string explanation_json(const Result& result, const Explanation& explanation);
std::string explanation_markdown(const Result& result, const Explanation& explanation);

}  // namespace windtunnel::cli
