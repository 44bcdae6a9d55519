#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/result.hpp"

namespace windtunnel::cli {

// Every format is a function of the Result alone (and of what it is told here): same Result, same bytes. UTF-8, no
// locale, no wall-clock times.

struct TextStyle {
  bool colour = false;
  std::string repeat;     // the command that gives this very result again; "" leaves the line out
  std::string folder;     // where everything was saved; "" if it was not
  bool replayed = false;  // a record was replayed: no chance, and figures of the replicas alone
};

// What somebody on call wants to know first, at most 80 columns wide but for long names and sentences.
std::string format_text(const Result& result, const TextStyle& style = {});

struct JsonDetail {
  bool histograms = false;  // services[].latency_histogram: [lowest, highest, count] in nanoseconds
};

// {"windtunnel_result": 1, …}: complete, one line per metric, column and decision. Doubles in the shortest form that
// reads back to the same bits; what does not exist is null.
std::string format_json(const Result& result, JsonDetail detail = {});
// One decision a line.
std::string format_decisions_jsonl(const Result& result);

// Tables for a CI summary or a review.
std::string format_markdown(const Result& result);

// All series in one table with the service in the first column, or those of one service without it. What does not
// exist is an empty cell.
std::string format_csv(const std::vector<Series>& series);
std::string format_csv(const Series& series);
std::string format_metrics_csv(const Result& result);

// --- the small parts they share ---------------------------------------------------------------------------------

std::string shortest(double value);             // round trip; "nan", "inf" as they are
std::string fixed(double value, int decimals);  // "1,234.50"
std::string count_text(std::uint64_t value);    // "1,234,567"
std::string clock_text(double seconds);         // a moment or a span: "0s", "1h2m30s", "-5m", "7d"
std::string json_quote(std::string_view text);
std::string json_number(double value);  // null for what JSON has no number for

// A figure in people's units: "287 ms", "99.91 %", "1,200 /s", "12.3 USD"; "–" for NaN.
std::string figure(double value, std::string_view unit);
// "287.3 ± 4.2 ms" where there are several values, else as above.
std::string figure(const Estimate& estimate, std::string_view unit);
// The same with as many digits as it takes to tell the mean from the limit.
std::string figure_against(const Estimate& estimate, double limit, std::string_view unit);
std::string limit_text(const ObjectiveResult& objective);  // "< 300 ms"

std::size_t display_width(std::string_view utf8);  // in columns; every code point counts one
std::string pad_left(std::string_view text, std::size_t columns);
std::string pad_right(std::string_view text, std::size_t columns);

// Lines of at most 80 columns where words allow, the following ones under the first one's text. Breaks at spaces, but
// not before the % of a number.
std::vector<std::string> wrap(const std::string& lead, const std::string& text);
// What stands in a table's cell or a heading must not end it.
std::string markdown_escaped(std::string_view text);

// The service's metric `name`, or null.
const Metric* service_metric(const Result& result, std::string_view service, std::string_view name);

// "M/M/4, exact. The work keeps 3.2 of 4 servers busy; square-root staffing has 5"
std::string theory_sentence(const TheoryOf& theory);
std::string theory_figure_name(const TheoryOf& theory,
                               const TheoryFigure& figure);  // without the service: "wait_time.mean"
std::string theory_value(const TheoryFigure& figure);        // "theory 12.4 ms", "theory 3–9 ms", "no steady state"

std::string paths_name(const PathsOf& paths);  // "web", "web buy"
// "longest is front > back, 43 ms on average where nobody waits; simulated 61.2 ± 0.8 ms"
std::string paths_sentence(const PathsOf& paths);
// "fails while down: front 100 %, back 50 %"; empty: nothing does that
std::string blast_sentence(const PathsOf& paths);

struct LatencyQuantile {
  const char* name;    // "p99"
  const char* metric;  // "latency.p99"
  double p;            // 1: the maximum
};
const std::vector<LatencyQuantile>& latency_quantiles();
// Over replications where the metric exists, else of the merged histogram.
Estimate latency_estimate(const Result& result, const ServiceResult& service, const LatencyQuantile& quantile);

struct Loss {
  std::string cause;  // "timed out"
  std::uint64_t requests = 0;
  Estimate share;  // of the requests that ended
};
// Sources whose clients try again, in the order of the result.
std::vector<std::string> operating_clients(const Result& result);
std::string refusals_text(const Result& result, const std::string& client);
std::string availability_sentence(const Availability::OfService& a);
std::string availability_sentence(const Availability::OfRequests& a);
std::vector<std::string> cached_names(const Result& result);  // "catalog.caches.products"

// What the figures of each connection pool begin with, "api.pools.pg"; and how it is called, "api pg".
std::vector<std::string> connection_pools(const Result& result);
std::vector<std::string> single_instances(const Result& result);  // those with figures of their own
std::string pool_name(const std::string& prefix);
bool has_edge(const Result& result, const std::string& service);  // its clients need connections

// What became of a queue's messages, where there were any of that.
struct QueueEnd {
  std::string what;  // "dead lettered"
  Estimate messages;
  bool bad = false;
};
std::vector<QueueEnd> queue_ends(const Result& result, const std::string& queue);

// Most frequent first; only causes that occurred.
std::vector<Loss> losses(const Result& result, const ServiceResult& service);
Estimate success_ratio(const Result& result, const ServiceResult& service);

// kMissed over kUndecided over kMet; kMet without objectives.
Verdict overall(const Result& result);
const char* verdict_word(Verdict verdict);

// One row of blocks, `columns` wide: the mean (or the greatest) of the values that fall into a column, from 0 to their
// maximum. Blank where there is nothing or nothing but zeros.
enum class Fold { kMean, kMost };
std::string sparkline(const std::vector<double>& values, std::size_t columns, Fold fold);
// `rows` rows of `columns` blocks from 0 to `top`, top row first; a column is the mean of its values.
std::vector<std::string> block_chart(const std::vector<double>& values, double top, std::size_t columns,
                                     std::size_t rows);
// A ruler for the time from `begin_s` to `end_s`: the ticks' row and the labels' row.
struct TimeAxis {
  std::string ticks, labels;
};
TimeAxis time_axis(double begin_s, double end_s, std::size_t columns);

// The decisions that mattered, in order of time: faults, recoveries and scalings, runs of scalings in one direction
// told as one. Routine ones (instances starting and becoming ready, holds) are neither told nor counted.
struct Digest {
  struct Line {
    double time_s = 0;
    std::string service, sentence;
  };
  std::vector<Line> lines;
  std::size_t more = 0;  // decisions that mattered and are not told
};
Digest digest(const std::vector<Decision>& decisions, std::size_t most_lines);

}  // namespace windtunnel::cli
