#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "cli/format/format.hpp"
#include "sim/time.hpp"

namespace windtunnel::cli {
namespace {

struct Scale {
  double factor;
  std::string suffix;
};

Scale scale_of(double value, std::string_view unit) {
  if (unit == "s") {
    const double size = std::abs(value) * 1.0005;  // what three digits would round up to 1000 belongs to the next unit
    if (size == 0 || size >= 1) return {1, " s"};
    if (size >= 1e-3) return {1e3, " ms"};
    if (size >= 1e-6) return {1e6, " µs"};
    return {1e9, " ns"};
  }
  if (unit == "share") return {100, " %"};
  if (unit == "1/s") return {1, " /s"};
  if (unit.empty() || unit == "count" || unit == "1") return {1, ""};
  return {1, std::string(1, ' ').append(unit)};
}

// Decimals that leave `digits` significant digits of `value` as it will be rounded: 99.98 has three in "100".
int decimals_for(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double size = std::abs(value);
  const int magnitude = static_cast<int>(std::floor(std::log10(size)));
  const int decimals = digits - 1 - magnitude;
  const bool carries = size * std::pow(10.0, decimals) >= std::pow(10.0, digits) - 0.5;
  return std::clamp(decimals - (carries ? 1 : 0), 0, 9);
}

// Whether replications differ by more than rounding.
bool has_width(const Estimate& e) { return e.n > 1 && e.half_width_95 > 1e-12 * std::abs(e.mean); }

int decimals_of(const Estimate& e, std::string_view unit, double factor) {
  const double scaled = e.mean * factor;
  // "99.99 %" and "99.98 %" are far apart: what counts is the distance to all or nothing.
  const bool near_all = unit == "share" && scaled > 50 && scaled < 100;
  const double size = near_all ? 100 - scaled : scaled;
  // Two digits of the half-width, unless it is so narrow that nobody wants to read the mean that far.
  if (has_width(e)) return std::min(decimals_for(e.half_width_95 * factor, 2), decimals_for(size, 5));
  if (near_all) return std::clamp(decimals_for(size, 2), 1, 7);
  // A whole number, or one but for the rounding of its scaling, needs no decimals.
  if (std::abs(scaled - std::round(scaled)) < 1e-12 * std::abs(scaled)) return 0;
  return decimals_for(scaled, 3);
}

std::string with_decimals(const Estimate& e, double factor, int decimals, const std::string& suffix) {
  std::string text = fixed(e.mean * factor, decimals);
  if (has_width(e)) {
    const std::string half_width = fixed(e.half_width_95 * factor, decimals);
    text += " ± " + (half_width.find_first_not_of("0.") == std::string::npos ? "0" : half_width);
  }
  return text + suffix;
}

Estimate single(double value) {
  Estimate e;
  e.mean = value;
  e.least = e.most = value;
  e.n = std::isnan(value) ? 0 : 1;
  return e;
}

double share_of_ended(const ServiceResult& service, std::uint64_t requests) {
  std::uint64_t ended = 0;
  for (const std::uint64_t n : service.outcomes) ended += n;
  return ended ? static_cast<double>(requests) / static_cast<double>(ended) : std::numeric_limits<double>::quiet_NaN();
}

// What comes before `last` in the names of metrics that begin with a service's name and `middle`.
std::vector<std::string> prefixes(const Result& result, std::string_view middle, std::string_view last) {
  std::vector<std::string> out;
  for (const ServiceResult& s : result.services)
    for (const Metric& m : result.metrics)
      if (m.name.starts_with(s.name + std::string(middle)) && m.name.ends_with(last))
        out.push_back(m.name.substr(0, m.name.size() - last.size()));
  return out;
}

}  // namespace

std::string shortest(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

std::string fixed(double value, int decimals) {
  std::array<char, 400> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  std::string text(buffer.data(), end.ptr);
  if (!std::isfinite(value)) return text;
  if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') text.erase(0, 1);
  const std::size_t first = text.front() == '-' ? 1 : 0;
  std::size_t place = std::min(text.find('.'), text.size());
  while (place > first + 3) text.insert(place -= 3, 1, ',');
  return text;
}

std::string count_text(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t place = text.size(); place > 3;) text.insert(place -= 3, 1, ',');
  return text;
}

std::string clock_text(double seconds) {
  if (!std::isfinite(seconds)) return "–";
  std::string text = seconds < 0 ? "-" : "";
  const double size = std::abs(seconds);
  if (size < 10 && size != std::floor(size)) {
    const auto ms = std::llround(size * 1000);
    return text + shortest(static_cast<double>(ms) / 1000) + "s";
  }
  const auto whole = std::llround(size);
  const auto days = whole / 86400, hours = whole / 3600 % 24, minutes = whole / 60 % 60, rest = whole % 60;
  if (days) text += std::to_string(days) + "d";
  if (hours) text += std::to_string(hours) + "h";
  if (minutes) text += std::to_string(minutes) + "m";
  if (rest || whole == 0) text += std::to_string(rest) + "s";
  return text;
}

std::string json_quote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (byte < 0x20) {
          out += "\\u00";
          out += kHex[byte >> 4];
          out += kHex[byte & 15];
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string json_number(double value) { return std::isfinite(value) ? shortest(value) : "null"; }

std::string figure(double value, std::string_view unit) { return figure(single(value), unit); }

std::string figure(const Estimate& e, std::string_view unit) {
  if (std::isnan(e.mean)) return "–";
  const Scale scale = scale_of(e.mean, unit);
  return with_decimals(e, scale.factor, decimals_of(e, unit, scale.factor), scale.suffix);
}

std::string figure_against(const Estimate& e, double limit, std::string_view unit) {
  if (std::isnan(e.mean)) return "–";
  const Scale scale = scale_of(e.mean, unit);
  int decimals = decimals_of(e, unit, scale.factor);
  const auto side = [&](double value) { return (value > limit * scale.factor) - (value < limit * scale.factor); };
  const auto rounded = [&] {
    return std::round(e.mean * scale.factor * std::pow(10, decimals)) / std::pow(10, decimals);
  };
  while (decimals < 9 && side(rounded()) != side(e.mean * scale.factor)) ++decimals;
  return with_decimals(e, scale.factor, decimals, scale.suffix);
}

std::string limit_text(const ObjectiveResult& objective) {
  const Scale scale = scale_of(objective.limit, objective.unit);
  std::array<char, 32> buffer{};
  // Ten digits: a limit was written by a person, and 0.07 * 100 is not quite 7.
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), objective.limit * scale.factor,
                                 std::chars_format::general, 10);
  return (objective.above ? "> " : "< ") + std::string(buffer.data(), end.ptr) + scale.suffix;
}

std::size_t display_width(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(width < columns ? columns - width : 0, ' ') + std::string(text);
}

std::string pad_right(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(text) + std::string(width < columns ? columns - width : 0, ' ');
}

std::vector<std::string> wrap(const std::string& lead, const std::string& text) {
  const std::size_t indent = display_width(lead);
  std::vector<std::string> lines;
  std::string current = lead;
  bool empty = true;
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t end = std::min(text.find(' ', begin), text.size());
    while (end + 1 < text.size() && text[end + 1] == '%') end = std::min(text.find(' ', end + 1), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!empty && display_width(current) + 1 + display_width(word) > 80) {
      lines.push_back(current);
      current = std::string(indent, ' ');
      empty = true;
    }
    current += (empty ? "" : " ") + word;
    empty = false;
    begin = end + 1;
  }
  lines.push_back(current);
  return lines;
}

std::string theory_sentence(const TheoryOf& t) {
  const char* standing = t.standing == TheoryOf::Standing::kExact    ? ", exact"
                         : t.standing == TheoryOf::Standing::kBounds ? ", bounds"
                                                                     : ", an approximation";
  return t.model + standing + (t.why.empty() ? "" : " (" + t.why + ")") +
         (t.servers == 0 ? "."
                         : ". The work keeps " + fixed(t.load, 2) + " of " + fixed(t.servers, 0) +
                               " servers busy; square-root staffing has " + std::to_string(t.staffing));
}

std::string theory_figure_name(const TheoryOf& t, const TheoryFigure& f) {
  return f.metric.substr(t.service.size() + 1);
}

std::string theory_value(const TheoryFigure& f) {
  if (!std::isfinite(f.high)) return "theory: no steady state, the queue grows without end";
  return "theory " +
         (f.low == f.high ? figure(f.low, f.unit) : figure(f.low, f.unit) + " to " + figure(f.high, f.unit));
}

std::string paths_name(const PathsOf& p) { return p.traffic + (p.request_class.empty() ? "" : " " + p.request_class); }

std::string paths_sentence(const PathsOf& p) {
  std::string chain;
  for (const std::string& service : p.longest) chain += (chain.empty() ? "" : " > ") + service;
  return "longest is " + chain + ", " + figure(p.unloaded_s, "s") + " on average where nobody waits" +
         (p.simulated.n > 0 ? "; simulated " + figure(p.simulated, "s") : "");
}

std::string blast_sentence(const PathsOf& p) {
  std::string out;
  for (const PathsOf::Blast& b : p.blast_radius)
    out += (out.empty() ? "fails while down: " : ", ") + b.service + " " + figure(b.share, "share");
  return out;
}

const Metric* service_metric(const Result& result, std::string_view service, std::string_view name) {
  return result.find_metric(std::string(service) + "." + std::string(name));
}

const std::vector<LatencyQuantile>& latency_quantiles() {
  static const std::vector<LatencyQuantile> quantiles = {
      {"p50", "latency.p50", 0.5},  {"p90", "latency.p90", 0.9},       {"p95", "latency.p95", 0.95},
      {"p99", "latency.p99", 0.99}, {"p99.9", "latency.p99.9", 0.999}, {"max", "latency.max", 1.0}};
  return quantiles;
}

Estimate latency_estimate(const Result& result, const ServiceResult& service, const LatencyQuantile& quantile) {
  if (const Metric* m = service_metric(result, service.name, quantile.metric)) return m->estimate;
  if (service.latency.count() == 0) return single(std::numeric_limits<double>::quiet_NaN());
  return single(ns_to_seconds(quantile.p < 1 ? service.latency.quantile(quantile.p)
                                             : static_cast<double>(service.latency.max())));
}

std::vector<Loss> losses(const Result& result, const ServiceResult& service) {
  std::vector<Loss> all;
  for (std::size_t i = 1; i < kOutcomes; ++i) {
    if (service.outcomes[i] == 0) continue;
    Loss loss;
    loss.cause = kOutcomeNames[i];
    std::replace(loss.cause.begin(), loss.cause.end(), '_', ' ');
    loss.requests = service.outcomes[i];
    const Metric* m = service_metric(result, service.name, "loss." + std::string(kOutcomeNames[i]));
    loss.share = m ? m->estimate : single(share_of_ended(service, loss.requests));
    all.push_back(std::move(loss));
  }
  std::stable_sort(all.begin(), all.end(), [](const Loss& a, const Loss& b) { return a.requests > b.requests; });
  return all;
}

std::vector<QueueEnd> queue_ends(const Result& result, const std::string& queue) {
  struct Named {
    const char* metric;
    const char* what;
    bool bad;
  };
  constexpr Named kEnds[] = {{"deleted", "deleted", false},
                             {"redelivered", "redelivered", false},
                             {"throttled", "throttled", true},
                             {"duplicates", "duplicates", false},
                             {"second_effects", "second effects", true},
                             {"dead_lettered", "dead lettered", true},
                             {"discarded", "discarded", true},
                             {"expired", "expired", true},
                             {"rejected", "rejected", true},
                             {"blocked", "blocked", false},
                             {"left", "left at the end", false}};
  std::vector<QueueEnd> out;
  for (const Named& end : kEnds)
    if (const Metric* m = service_metric(result, queue, end.metric); m != nullptr && m->estimate.most > 0)
      out.push_back({end.what, m->estimate, end.bad});
  return out;
}

std::vector<std::string> operating_clients(const Result& result) {
  constexpr std::string_view kEnd = ".operations.attempts";
  std::vector<std::string> out;
  for (const Metric& m : result.metrics)
    if (m.name.ends_with(kEnd)) out.push_back(m.name.substr(0, m.name.size() - kEnd.size()));
  return out;
}

std::string refusals_text(const Result& result, const std::string& client) {
  std::string out;
  for (const auto& [name, by] :
       {std::pair("throttle.refused", "throttle"), std::pair("circuit_breaker.refused", "breaker"),
        std::pair("bulkhead.refused", "bulkhead")}) {
    const Metric* m = service_metric(result, client, std::string("operations.") + name);
    if (m != nullptr) out += (out.empty() ? "" : ", ") + figure(m->estimate, m->unit) + " " + by;
  }
  return out;
}

std::string availability_sentence(const Availability::OfService& a) {
  return a.service + ": " + std::to_string(a.instances) + (a.instances == 1 ? " instance" : " instances, each") +
         " up " + figure(a.one, "share") + " of the time" +
         (a.instances == 1 && a.any == a.one
              ? ""
              : "; at least one " + figure(a.any, "share") + ", all " + figure(a.all, "share"));
}

std::string availability_sentence(const Availability::OfRequests& a) {
  constexpr double kHour = 3600, kMinute = 60, kYear = 365 * 24 * kHour;
  const double lost = (1 - a.theory) * kYear;
  const std::string yearly = lost >= kHour     ? figure(lost / kHour, "h")
                             : lost >= kMinute ? figure(lost / kMinute, "min")
                                               : figure(lost, "s");
  return a.traffic + (a.request_class.empty() ? "" : " " + a.request_class) + ": " + figure(a.theory, "share") +
         " can succeed" + (lost > 0 ? ", " + yearly + " a year cannot" : "") +
         (a.simulated.n > 0 ? "; simulated " + figure(a.simulated, "share") : "");
}

std::vector<std::string> cached_names(const Result& result) {
  constexpr std::string_view kFigure = ".hit_ratio";
  std::vector<std::string> out;
  for (const Metric& m : result.metrics)
    if (m.name.ends_with(kFigure) && m.name.find(".caches.") != std::string::npos)
      out.push_back(m.name.substr(0, m.name.size() - kFigure.size()));
  return out;
}

std::vector<std::string> connection_pools(const Result& result) { return prefixes(result, ".pools.", ".in_use.max"); }

std::vector<std::string> single_instances(const Result& result) {
  return prefixes(result, ".instance.", ".instance_hours");
}

bool has_edge(const Result& result, const std::string& service) {
  return service_metric(result, service, "connections.opened") != nullptr;
}

std::string pool_name(const std::string& prefix) {
  std::string out = prefix;
  const std::string middle = ".pools.";
  return out.replace(out.find(middle), middle.size(), " ");
}

Estimate success_ratio(const Result& result, const ServiceResult& service) {
  if (const Metric* m = service_metric(result, service.name, "success_ratio")) return m->estimate;
  return single(share_of_ended(service, service.outcomes[0]));
}

Verdict overall(const Result& result) {
  Verdict worst = Verdict::kMet;
  for (const ObjectiveResult& o : result.objectives) {
    if (o.verdict == Verdict::kMissed) return Verdict::kMissed;
    if (o.verdict == Verdict::kUndecided) worst = Verdict::kUndecided;
  }
  return worst;
}

const char* verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kMet:
      return "met";
    case Verdict::kMissed:
      return "missed";
    case Verdict::kUndecided:
      break;
  }
  return "undecided";
}

}  // namespace windtunnel::cli
