#include <algorithm>
#include <cmath>
#include <limits>

#include "cli/format/format.hpp"

namespace windtunnel::cli {
namespace {

constexpr std::size_t kGutter = 14;  // left of the charts
constexpr std::size_t kPlot = 50;    // the charts themselves; what is left of 80 columns is for their ranges
constexpr std::size_t kChartRows = 5;
constexpr std::size_t kMostCharts = 6;  // services drawn over time
constexpr std::size_t kMostDecisions = 12;
constexpr std::size_t kLongCause = 20;  // "rejected no instance"; there are longer ones

enum class Ink { kGreen, kRed, kYellow, kBold, kFaint };

class Page {
 public:
  Page(const Result& result, const TextStyle& style) : result_(result), style_(style) {
    for (const ServiceResult& s : result.services) names_ = std::max(names_, display_width(s.name));
    for (const std::string& queue : result.queues) names_ = std::max(names_, display_width(queue));
    names_ = std::min<std::size_t>(names_ + 2, 24);
  }

  std::string write() {
    head();
    objectives();
    latency();
    requests();
    operations();
    caches();
    queues();
    capacity();
    cpu();
    heaps();
    connections();
    instances();
    nodes();
    figures();
    std::size_t drawn = 0;
    for (const Series& s : result_.series) {
      if (drawn == kMostCharts) {
        line(paint("… " + std::to_string(result_.series.size() - drawn) + " more services over time", Ink::kFaint) +
             see());
        break;
      }
      if (over_time(s)) ++drawn;
    }
    decisions();
    cost();
    theory();
    availability();
    paths();
    sizing();
    more();
    return out_;
  }

 private:
  void line(const std::string& text) {
    out_.append(text, 0, text.find_last_not_of(' ') + 1);
    out_ += '\n';
  }
  void heading(const std::string& text) {
    out_ += '\n';
    line(paint(text, Ink::kBold));
  }

  std::string paint(const std::string& text, Ink ink) const {
    if (!style_.colour) return text;
    const char* code = "1";
    switch (ink) {
      case Ink::kGreen:
        code = "32";
        break;
      case Ink::kRed:
        code = "31";
        break;
      case Ink::kYellow:
        code = "33";
        break;
      case Ink::kBold:
        code = "1";
        break;
      case Ink::kFaint:
        code = "2";
        break;
    }
    return std::string("\033[") + code + "m" + text + "\033[0m";
  }

  std::string mark(Verdict v) const {
    switch (v) {
      case Verdict::kMet:
        return paint("✓", Ink::kGreen);
      case Verdict::kMissed:
        return paint("✗", Ink::kRed);
      case Verdict::kUndecided:
        break;
    }
    return paint("?", Ink::kYellow);
  }

  std::string see() const {
    return style_.folder.empty() ? " (all of it with -o DIR)" : " (all of it in " + style_.folder + ")";
  }

  std::string service_column(const std::string& name) const { return "  " + pad_right(name, names_); }

  void head() {
    line(paint(result_.scenario.empty() ? "(scenario without a name)" : result_.scenario, Ink::kBold));
    std::string what = clock_text(result_.horizon_s);
    if (result_.warmup_s > 0) what += " after a warm-up of " + clock_text(result_.warmup_s);
    what += style_.replayed ? " of a record" : " · seed " + std::to_string(result_.seed);
    if (result_.replications > 1)
      what += " · " + std::to_string(result_.replications) + " replications, mean ± 95 % half-width";
    line(paint(what, Ink::kFaint));
  }

  void objectives() {
    if (result_.objectives.empty()) return;
    std::size_t met = 0, undecided = 0, values = 0, limits = 0;
    for (const ObjectiveResult& o : result_.objectives) {
      met += o.verdict == Verdict::kMet;
      undecided += o.verdict == Verdict::kUndecided;
      values = std::max(values, display_width(figure_against(o.estimate, o.limit, o.unit)));
      limits = std::max(limits, display_width(limit_text(o)));
    }
    heading("Objectives: " + std::to_string(met) + " of " + std::to_string(result_.objectives.size()) + " met" +
            (undecided ? ", " + std::to_string(undecided) + " undecided" : "") +
            (result_.replications == 1 ? " in one replication" : ""));
    for (const ObjectiveResult& o : result_.objectives) {
      const bool named = !o.name.empty() && o.name != o.promise;
      line("  " + mark(o.verdict) + " " + pad_left(figure_against(o.estimate, o.limit, o.unit), values) + "  " +
           pad_right(limit_text(o), limits) + "  " + (named ? o.name + ": " : "") + o.promise);
    }
    if (result_.replications == 1)
      line(paint("  how sure is that? --replications 10 gives every figure its 95 % interval", Ink::kFaint));
    else if (undecided)
      line(paint("  ? the 95 % interval holds the limit: more --replications will decide", Ink::kFaint));
  }

  void latency() {
    if (result_.services.empty()) return;
    std::string head = pad_right("Latency", names_ + 2);
    for (const LatencyQuantile& q : latency_quantiles()) head += pad_left(q.name, 9);
    heading(head);
    for (const ServiceResult& s : result_.services) {
      std::string means = service_column(s.name), widths = pad_left(" ", names_ + 2);
      bool uncertain = false;
      for (const LatencyQuantile& q : latency_quantiles()) {
        const std::string text = figure(latency_estimate(result_, s, q), "s");
        means += ' ';
        widths += ' ';
        // "287.3 ± 4.2 ms" on two rows: the mean with its unit, the half-width under its number.
        const auto sign = text.find(" ± ");
        const auto unit = text.rfind(' ');
        if (sign == std::string::npos) {
          means += pad_left(text, 8);
          widths += pad_left("", 8);
          continue;
        }
        uncertain = true;
        const std::string suffix = text.substr(unit);
        means += pad_left(text.substr(0, sign) + suffix, 8);
        widths += pad_left("±" + text.substr(sign + 4, unit - sign - 4) + std::string(display_width(suffix), ' '), 8);
      }
      line(means);
      if (uncertain) line(paint(widths, Ink::kFaint));
    }
  }

  void requests() {
    if (result_.services.empty()) return;
    std::size_t first = std::max(names_ + 2, kLongCause + 4);
    for (const ServiceResult& s : result_.services)
      for (const Loss& loss : losses(result_, s)) first = std::max(first, loss.cause.size() + 4);
    heading(pad_right("Requests", first) + pad_left("arrived", 14) + pad_left("succeeded", 22));
    for (const ServiceResult& s : result_.services) {
      line(pad_right("  " + s.name, first) + pad_left(count_text(s.arrived), 14) +
           pad_left(figure(success_ratio(result_, s), "share"), 22));
      for (const Loss& loss : losses(result_, s))
        line(paint(pad_right("    " + loss.cause, first), Ink::kRed) + pad_left(count_text(loss.requests), 14) +
             pad_left(figure(loss.share, "share"), 22));
      const Metric* const wasted = service_metric(result_, s.name, "cpu_wasted");
      if (wasted == nullptr || !(wasted->estimate.mean > 0)) continue;
      line(paint(pad_right("    CPU for nobody", first), Ink::kRed) + pad_left(figure(wasted->estimate.mean, "s"), 14) +
           pad_left(figure(service_metric(result_, s.name, "cpu_wasted_share")->estimate.mean, "share"), 22));
    }
  }

  // What clients see who try again, hold back, or keep a deadline.
  void operations() {
    const std::vector<std::string> sources = operating_clients(result_);
    if (sources.empty()) return;
    std::size_t width = names_;
    for (const std::string& source : sources) width = std::max(width, display_width(source) + 2);
    heading(pad_right("Operations", width + 2) + pad_left("rate", 15) + pad_left("succeeded", 18) +
            pad_left("attempts each", 17) + pad_left("p99", 13));
    for (const std::string& source : sources) {
      const auto value = [&](const char* name, std::string_view unit) {
        const Metric* m = service_metric(result_, source, std::string("operations.") + name);
        return m ? figure(m->estimate, unit) : std::string("–");
      };
      line("  " + pad_right(source, width) + pad_left(value("rate", "1/s"), 15) +
           pad_left(value("success_ratio", "share"), 18) + pad_left(value("attempts", ""), 17) +
           pad_left(value("latency.p99", "s"), 13));
      if (const std::string refused = refusals_text(result_, source); !refused.empty())
        line("    refused by the client: " + refused);
    }
  }

  void caches() {
    const std::vector<std::string> names = cached_names(result_);
    if (names.empty()) return;
    std::size_t width = names_;
    for (const std::string& name : names) width = std::max(width, display_width(name));
    heading(pad_right("Caches", width + 2) + pad_left("hit ratio", 15) + pad_left("lookups", 15) +
            pad_left("fetches", 15) + pad_left("waited for one", 17));
    for (const std::string& name : names) {
      const auto value = [&](const char* figure_name, std::string_view unit) {
        const Metric* m = service_metric(result_, name, figure_name);
        return m ? figure(m->estimate, unit) : std::string("–");
      };
      line("  " + pad_right(name, width) + pad_left(value("hit_ratio", "share"), 15) +
           pad_left(value("lookups", "1/s"), 15) + pad_left(value("fetches", "1/s"), 15) +
           pad_left(value("coalesced", "1/s"), 17));
    }
  }

  // Only where there are any.
  void queues() {
    if (result_.queues.empty()) return;
    const auto value = [&](const std::string& queue, const char* name, std::string_view unit) {
      const Metric* m = service_metric(result_, queue, name);
      return m ? figure(m->estimate, unit) : std::string("–");
    };
    heading(pad_right("Queues", names_ + 2) + pad_left("sent", 16) + pad_left("deliveries each", 17) +
            pad_left("depth", 14) + pad_left("most", 10) + pad_left("p99", 15));
    for (const std::string& queue : result_.queues) {
      const Metric* most = service_metric(result_, queue, "depth.max");
      line(service_column(queue) + pad_left(value(queue, "sent", ""), 16) +
           pad_left(value(queue, "receives.mean", ""), 17) + pad_left(value(queue, "depth.mean", ""), 14) +
           pad_left(most ? fixed(most->estimate.most, 0) : "–", 10) + pad_left(value(queue, "latency.p99", "s"), 15));
      for (const QueueEnd& end : queue_ends(result_, queue))
        line(paint(pad_right("    " + end.what, names_ + 2), end.bad ? Ink::kRed : Ink::kFaint) +
             pad_left(figure(end.messages, ""), 16));
    }
  }

  void capacity() {
    bool any = false;
    for (const ServiceResult& s : result_.services) any = any || service_metric(result_, s.name, "replicas.mean");
    if (!any) return;
    heading(pad_right("Capacity", names_ + 2) + pad_left("instances", 15) + pad_left("ready", 9) +
            pad_left("utilization", 17) + pad_left("cold starts", 15));
    for (const ServiceResult& s : result_.services) {
      const auto value = [&](const char* name, std::string_view unit) {
        const Metric* m = service_metric(result_, s.name, name);
        return m ? figure(m->estimate, unit) : std::string("–");
      };
      std::string range = "–";
      const Metric* least = service_metric(result_, s.name, "replicas.ready_min");
      const Metric* most = service_metric(result_, s.name, "replicas.ready_max");
      if (least && most) {
        range = fixed(most->estimate.most, 0);
        if (least->estimate.least != most->estimate.most) range.insert(0, fixed(least->estimate.least, 0) + "–");
      }
      line(service_column(s.name) + pad_left(value("replicas.mean", ""), 15) + pad_left(range, 9) +
           pad_left(value("utilization", "share"), 17) + pad_left(value("cold_starts", ""), 15));
    }
  }

  // Only where calls go over pools.
  void connections() {
    const auto value = [&](const std::string& name, std::string_view unit) {
      const Metric* m = result_.find_metric(name);
      return m ? figure(m->estimate, unit) : std::string("–");
    };
    bool first = true;
    for (const std::string& pool : connection_pools(result_)) {
      if (std::exchange(first, false))
        heading(pad_right("Connection pools", names_ + 2) + pad_left("in use", 15) + pad_left("at most", 9) +
                pad_left("waited p99", 13) + pad_left("timed out", 12) + pad_left("refused", 12));
      line(service_column(pool_name(pool)) + pad_left(value(pool + ".utilization", "share"), 15) +
           pad_left(value(pool + ".in_use.max", ""), 9) + pad_left(value(pool + ".wait_time.p99", "s"), 13) +
           pad_left(value(pool + ".timeouts", ""), 12) + pad_left(value(pool + ".refused", ""), 12));
    }
    first = true;
    for (const ServiceResult& s : result_.services) {
      if (service_metric(result_, s.name, "connections.mean") == nullptr || has_edge(result_, s.name)) continue;
      if (std::exchange(first, false))
        heading(pad_right("Connections", names_ + 2) + pad_left("accepted", 15) + pad_left("most at one instance", 23) +
                pad_left("refused", 12));
      line(service_column(s.name) + pad_left(value(s.name + ".connections.mean", ""), 15) +
           pad_left(value(s.name + ".connections.max", ""), 23) +
           pad_left(value(s.name + ".connections.refused", ""), 12));
    }
    first = true;
    for (const ServiceResult& s : result_.services) {
      if (!has_edge(result_, s.name)) continue;
      if (std::exchange(first, false))
        heading(pad_right("Connections of clients", names_ + 2) + pad_left("open", 15) + pad_left("opened", 10) +
                pad_left("waited p99", 13) + pad_left("most at one", 13) + pad_left("instances without", 19));
      line(service_column(s.name) + pad_left(value(s.name + ".connections.mean", ""), 15) +
           pad_left(value(s.name + ".connections.opened", ""), 10) +
           pad_left(value(s.name + ".connections.wait_time.p99", "s"), 13) +
           pad_left(value(s.name + ".connections.max", ""), 13) +
           pad_left(value(s.name + ".connections.instances_without", "share"), 19));
    }
    first = true;
    for (const ServiceResult& s : result_.services) {
      if (service_metric(result_, s.name, "tls.handshakes") == nullptr) continue;
      if (std::exchange(first, false))
        heading(pad_right("TLS", names_ + 2) + pad_left("handshakes", 15) + pad_left("resumed", 10) +
                pad_left("cores", 13) + pad_left("of the CPU used", 17));
      line(service_column(s.name) + pad_left(value(s.name + ".tls.handshakes", ""), 15) +
           pad_left(value(s.name + ".tls.resumed", ""), 10) + pad_left(value(s.name + ".tls.cpu_cores", ""), 13) +
           pad_left(value(s.name + ".tls.cpu_share", "share"), 17));
    }
  }

  // Only those that the scenario asks for.
  void instances() {
    const auto value = [&](const std::string& name, std::string_view unit) {
      const Metric* m = result_.find_metric(name);
      return m ? figure(m->estimate, unit) : std::string("–");
    };
    bool first = true;
    for (const std::string& one : single_instances(result_)) {
      if (std::exchange(first, false))
        heading(pad_right("Instances", names_ + 2) + pad_left("requests", 15) + pad_left("in system", 15) +
                pad_left("CPU cores", 15) + pad_left("hours", 12));
      line(service_column(one) + pad_left(value(one + ".arrival_rate", "1/s"), 15) +
           pad_left(value(one + ".number_in_system.mean", ""), 15) + pad_left(value(one + ".cpu_cores", ""), 15) +
           pad_left(value(one + ".instance_hours", ""), 12));
    }
  }

  // Only where CPU is short: limits that are kept by the period, nodes that share their cores, loops that are watched.
  void cpu() {
    const auto value = [&](const ServiceResult& s, const char* name, std::string_view unit) {
      const Metric* m = service_metric(result_, s.name, name);
      return m ? figure(m->estimate, unit) : std::string("–");
    };
    bool first = true;
    for (const ServiceResult& s : result_.services) {
      const bool any = service_metric(result_, s.name, "cpu_throttling.periods") != nullptr ||
                       service_metric(result_, s.name, "node_cpu.withheld") != nullptr ||
                       service_metric(result_, s.name, "loop.utilization") != nullptr;
      if (!any) continue;
      if (std::exchange(first, false))
        heading(pad_right("CPU", names_ + 2) + pad_left("periods throttled", 20) + pad_left("kept by the node", 19) +
                pad_left("loop busy", 12) + pad_left("loop lag p99", 15));
      line(service_column(s.name) + pad_left(value(s, "cpu_throttling.throttled_share", "share"), 20) +
           pad_left(value(s, "node_cpu.withheld", "share"), 19) + pad_left(value(s, "loop.utilization", "share"), 12) +
           pad_left(value(s, "loop.lag.p99", "s"), 15));
    }
  }

  // Only where garbage is collected, or loops have threads beside them.
  void heaps() {
    const auto value = [&](const ServiceResult& s, const char* name, std::string_view unit) {
      const Metric* m = service_metric(result_, s.name, name);
      return m ? figure(m->estimate, unit) : std::string("–");
    };
    bool first = true;
    for (const ServiceResult& s : result_.services) {
      if (service_metric(result_, s.name, "heap.aborts") == nullptr) continue;
      if (std::exchange(first, false))
        heading(pad_right("Heap", names_ + 2) + pad_left("collecting", 15) + pad_left("longest pause", 16) +
                pad_left("lives at most", 16) + pad_left("aborts", 9));
      line(service_column(s.name) + pad_left(value(s, "heap.pause_time", "share"), 15) +
           pad_left(value(s, "heap.pause_max", "s"), 16) + pad_left(value(s, "heap.live_max", "B"), 16) +
           pad_left(value(s, "heap.aborts", ""), 9));
    }
    first = true;
    for (const ServiceResult& s : result_.services) {
      if (service_metric(result_, s.name, "thread_pool.utilization") == nullptr) continue;
      if (std::exchange(first, false))
        heading(pad_right("Thread pool", names_ + 2) + pad_left("utilization", 15) + pad_left("waited p99", 16));
      line(service_column(s.name) + pad_left(value(s, "thread_pool.utilization", "share"), 15) +
           pad_left(value(s, "thread_pool.wait_time.p99", "s"), 16));
    }
  }

  // Only where the scenario has nodes.
  void nodes() {
    const Metric* least = result_.find_metric("cluster.nodes.min");
    const Metric* most = result_.find_metric("cluster.nodes.max");
    if (!least || !most) return;
    const auto value = [&](const char* name, std::string_view unit) {
      const Metric* m = result_.find_metric(name);
      return m ? figure(m->estimate, unit) : std::string("–");
    };
    std::string range = fixed(most->estimate.most, 0);
    if (least->estimate.least != most->estimate.most) range.insert(0, fixed(least->estimate.least, 0) + "–");
    heading(pad_right("Nodes", names_ + 2) + pad_left("number", 15) + pad_left("range", 9) +
            pad_left("CPU requested", 19) + pad_left("memory", 19));
    line(service_column("cluster") + pad_left(value("cluster.nodes.mean", ""), 15) + pad_left(range, 9) +
         pad_left(value("cluster.cpu_requested", "share"), 19) +
         pad_left(value("cluster.memory_requested", "share"), 19));
    std::string head = pad_right("Waited for a node", names_ + 2);
    for (const LatencyQuantile& q : latency_quantiles()) head += pad_left(q.name, 9);
    heading(head);
    for (const ServiceResult& s : result_.services) {
      std::string row = service_column(s.name);
      for (const LatencyQuantile& q : latency_quantiles()) {
        const Metric* m = service_metric(result_, s.name, "pending_time." + std::string(q.name));
        row += pad_left(m ? figure(m->estimate.mean, "s") : std::string("–"), 9);
      }
      line(row);
    }
  }

  void figures() {
    if (result_.figures.empty()) return;
    heading(style_.replayed ? "Replicas" : "Autoscalers on themselves");
    std::size_t names = 0;
    for (const std::string& name : result_.figures) names = std::max(names, display_width(name));
    for (const std::string& name : result_.figures)
      if (const Metric* m = result_.find_metric(name))
        line("  " + pad_right(name, names) + "  " + figure(m->estimate, m->unit));
  }

  // The first of the columns that exists and says anything.
  static const Series::Column* first_of(const Series& s, std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const Series::Column* c = s.find(name);
      if (c && std::any_of(c->values.begin(), c->values.end(), [](double v) { return !std::isnan(v); })) return c;
    }
    return nullptr;
  }

  static std::pair<double, double> range_of(const Series::Column& c) {
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (const double v : c.values) {
      if (std::isnan(v)) continue;
      least = std::min(least, v);
      most = std::max(most, v);
    }
    return {least, most};
  }

  void spark(const char* label, const Series::Column* c, const char* unit, Fold fold) {
    if (!c) return;
    const auto [least, most] = range_of(*c);
    std::string range = figure(most, unit);
    if (least != most) {
      std::string from = figure(least, unit);
      const auto own = from.rfind(' '), common = range.rfind(' ');
      const bool same =
          own != std::string::npos && common != std::string::npos && from.substr(own) == range.substr(common);
      if (same) from.resize(own);
      range = from + "–" + range;
    }
    line(pad_right("  " + std::string(label), kGutter) + sparkline(c->values, kPlot, fold) + " " + range);
  }

  bool over_time(const Series& s) {
    if (s.times_s.size() < 2) return false;
    const Series::Column* arrivals = first_of(s, {"arrivals_per_s", "sent_per_s"});
    const Series::Column* p99 = first_of(s, {"latency_p99_s"});
    const Series::Column* lost = first_of(s, {"losses_per_s"});
    const Series::Column* pending = first_of(s, {"replicas_pending", "pods_pending"});
    const Series::Column* replicas =
        first_of(s, {"replicas_ready", "replicas_current", "replicas_desired", "nodes_ready"});
    if (!arrivals && !p99 && !replicas) return false;
    heading(s.service + " over time" + (result_.replications > 1 ? ", first replication" : ""));
    spark(s.find("sent_per_s") ? "sent" : "arrivals", arrivals, "1/s", Fold::kMean);
    spark("p99", p99, "s", Fold::kMost);
    if (lost && range_of(*lost).second > 0) spark("losses", lost, "1/s", Fold::kMost);
    for (const Series::Column& c : s.columns)
      if (c.name.starts_with("hit_ratio_")) spark("hits", first_of(s, {c.name.c_str()}), "share", Fold::kMean);
    spark("waiting", first_of(s, {"visible"}), "", Fold::kMost);
    spark("oldest", first_of(s, {"age_of_oldest_s"}), "s", Fold::kMost);
    if (pending && range_of(*pending).second > 0) spark("pending", pending, "", Fold::kMost);
    spark("recorded", first_of(s, {"replicas_recorded"}), "", Fold::kMean);
    if (replicas) {
      const char* label = replicas->name == "replicas_ready" ? "ready"
                          : replicas->name == "nodes_ready"  ? "nodes"
                                                             : "replicas";
      const auto [least, most] = range_of(*replicas);
      if (least == most) {
        line(pad_right("  " + std::string(label), kGutter) + fixed(most, 0) + " the whole time");
      } else {
        const std::vector<std::string> rows = block_chart(replicas->values, most, kPlot, kChartRows);
        for (std::size_t r = 0; r < rows.size(); ++r) {
          const std::string scale = r == 0 ? fixed(most, most == std::floor(most) ? 0 : 1) : "";
          line(pad_right(r == 0 ? "  " + std::string(label) : "", kGutter - scale.size() - 2) + scale + " ┤" + rows[r]);
        }
      }
    }
    const double begin = s.times_s.front() - s.resolution_s, end = s.times_s.back();
    faults(s, begin, end);
    const TimeAxis axis = time_axis(begin, end, kPlot);
    line(std::string(kGutter, ' ') + axis.ticks);
    line(std::string(kGutter, ' ') + axis.labels);
    return true;
  }

  // Where on the time axis something broke.
  void faults(const Series& s, double begin, double end) {
    std::vector<bool> hit(kPlot, false);
    bool any = false;
    for (const Decision& d : result_.decisions) {
      if (d.kind != "fault" || (!d.service.empty() && d.service != s.service)) continue;
      const double place = (d.time_s - begin) / (end - begin) * static_cast<double>(kPlot);
      if (!(place >= 0 && place <= static_cast<double>(kPlot))) continue;
      hit[std::min(static_cast<std::size_t>(place), kPlot - 1)] = any = true;
    }
    if (!any) return;
    std::string row;
    for (const bool h : hit) row += h ? "▲" : " ";
    while (!row.empty() && row.back() == ' ') row.pop_back();
    line(pad_right("  faults", kGutter) + paint(row, Ink::kRed));
  }

  void decisions() {
    const Digest d = digest(result_.decisions, kMostDecisions);
    if (d.lines.empty()) return;
    heading(std::string("What happened") + (result_.replications > 1 ? ", first replication" : ""));
    std::size_t times = 0;
    for (const Digest::Line& l : d.lines) times = std::max(times, display_width(clock_text(l.time_s)));
    const bool one = result_.services.size() == 1;
    for (const Digest::Line& l : d.lines) {
      const std::string who = one || l.service.empty() ? "" : l.service + ": ";
      wrapped("  " + pad_left(clock_text(l.time_s), times) + "  ", who + l.sentence);
    }
    if (d.more) line(paint("  … " + count_text(d.more) + " more", Ink::kFaint) + see());
  }

  void wrapped(const std::string& lead, const std::string& text) {
    for (const std::string& row : wrap(lead, text)) line(row);
  }

  // Only what is off.
  void sizing() {
    const auto& all = result_.sizing;
    if (std::none_of(all.begin(), all.end(), [](const Sizing& s) { return s.off(); })) return;
    heading("Sizing: what an instance requests against what it uses");
    const bool one = result_.services.size() == 1;
    for (const Sizing& s : all)
      for (const std::string& sentence : s.sentences(result_.currency))
        wrapped("  ", (one ? "" : s.service + " ") + sentence);
  }

  // Of the services that theory says anything of.
  void theory() {
    const auto known = [](const TheoryOf& t) { return !t.figures.empty(); };
    if (std::none_of(result_.theory.begin(), result_.theory.end(), known)) return;
    heading("Theory beside simulation");
    const bool one = result_.services.size() == 1;
    for (const TheoryOf& t : result_.theory) {
      if (!known(t)) continue;
      wrapped("  ", (one ? "" : t.service + ": ") + theory_sentence(t));
      for (const TheoryFigure& f : t.figures) {
        const std::string row = "    " + pad_right(theory_figure_name(t, f), 16) +
                                pad_left(figure(f.simulated, f.unit), 18) + "   " + theory_value(f);
        line(f.disagrees ? row + paint("   they disagree", Ink::kRed) : row);
      }
    }
  }

  void availability() {
    const Availability& all = result_.availability;
    if (all.requests.empty()) return;
    heading("Availability, by the faults alone");
    for (const Availability::OfService& s : all.services) wrapped("  ", availability_sentence(s));
    for (const Availability::OfRequests& r : all.requests) {
      wrapped("  ", availability_sentence(r));
      if (r.disagrees) line(paint("    they disagree: requests fail for other reasons, too", Ink::kRed));
    }
  }

  void paths() {
    if (result_.paths.empty()) return;
    heading("Paths through the services");
    for (const PathsOf& p : result_.paths) {
      wrapped("  ", paths_name(p) + ": " + paths_sentence(p));
      if (const std::string down = blast_sentence(p); !down.empty()) wrapped("    ", down);
    }
  }

  void cost() {
    const auto text = [&](const Metric& m) { return figure(m.estimate, m.unit.empty() ? result_.currency : m.unit); };
    const Metric* total = result_.find_metric("cost.total");
    // Nothing priced, nothing to say.
    if (!total || (total->estimate.mean == 0 && total->estimate.most == 0)) return;
    const Metric* hourly = result_.find_metric("cost.per_hour");
    heading(pad_right("Cost", names_ + 4) + text(*total) + (hourly ? " (" + text(*hourly) + ")" : ""));
    std::vector<std::pair<const char*, const Metric*>> parts;
    for (const auto& [name, part] :
         {std::pair("instances", "instances"), std::pair("compute", "compute"), std::pair("requests", "requests"),
          std::pair("cross_zone", "cross-zone"), std::pair("nodes", "nodes")}) {
      const Metric* metric = result_.find_metric(std::string("cost.") + name);
      if (metric && metric->estimate.most > 0) parts.emplace_back(part, metric);
    }
    if (parts.size() < 2) return;
    for (const auto& [part, metric] : parts) line("  " + pad_right(part, names_ + 2) + text(*metric));
  }

  void more() {
    heading("More");
    if (!style_.folder.empty()) {
      line("  saved in      " + style_.folder);
    } else {
      line("  everything    add -o DIR: series, decisions, every metric; or --format json");
    }
    if (!style_.repeat.empty()) line("  this again    " + style_.repeat);
    line(paint("                windtunnel " + result_.version + (style_.replayed ? ", replay " : ", scenario ") +
                   result_.scenario_hash,
               Ink::kFaint));
  }

  const Result& result_;
  const TextStyle& style_;
  std::size_t names_ = 14;
  std::string out_;
};

}  // namespace

std::string format_text(const Result& result, const TextStyle& style) { return Page(result, style).write(); }

}  // namespace windtunnel::cli
