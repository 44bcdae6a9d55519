#include <utility>

#include "cli/format/format.hpp"

namespace windtunnel::cli {
namespace {

const char* symbol(Verdict verdict) {
  return verdict == Verdict::kMet ? "✅ met" : verdict == Verdict::kMissed ? "❌ missed" : "❔ undecided";
}

}  // namespace

std::string markdown_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '<') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string format_markdown(const Result& result) {
  std::string out = "## " + markdown_escaped(result.scenario.empty() ? "Windtunnel" : result.scenario) + "\n\n";
  out += clock_text(result.horizon_s) + " simulated, " + std::to_string(result.replications) +
         (result.replications == 1 ? " replication" : " replications") + ", seed " + std::to_string(result.seed) +
         ", windtunnel " + markdown_escaped(result.version) +
         (result.replications > 1 ? ". Figures are mean ± 95 % half-width.\n" : ".\n");
  if (!result.objectives.empty()) {
    out += "\n| | objective | measured | limit |\n|---|---|---:|---:|\n";
    for (const ObjectiveResult& o : result.objectives) {
      const std::string name = o.name.empty() || o.name == o.promise ? o.promise : o.name + ": " + o.promise;
      out += "| " + std::string(symbol(o.verdict)) + " | " + markdown_escaped(name) + " | " +
             figure_against(o.estimate, o.limit, o.unit) + " | " + markdown_escaped(limit_text(o)) + " |\n";
    }
    if (result.replications == 1)
      out += "\nVerdicts rest on one replication; `--replications 10` gives every figure its 95 % interval.\n";
  }
  if (!result.services.empty()) {
    out += "\n| latency |";
    for (const LatencyQuantile& q : latency_quantiles()) out += std::string(" ") + q.name + " |";
    out += "\n|---|";
    for (std::size_t i = 0; i < latency_quantiles().size(); ++i) out += "---:|";
    out += "\n";
    for (const ServiceResult& s : result.services) {
      out += "| " + markdown_escaped(s.name) + " |";
      for (const LatencyQuantile& q : latency_quantiles())
        out.append(" ").append(figure(latency_estimate(result, s, q), "s")).append(" |");
      out += "\n";
    }
    out += "\n| requests | arrived | succeeded | lost to |\n|---|---:|---:|---|\n";
    for (const ServiceResult& s : result.services) {
      std::string lost;
      for (const Loss& loss : losses(result, s))
        lost += (lost.empty() ? "" : ", ") + loss.cause + " " + figure(loss.share, "share");
      out += "| " + markdown_escaped(s.name) + " | " + count_text(s.arrived) + " | " +
             figure(success_ratio(result, s), "share") + " | " + (lost.empty() ? "–" : lost) + " |\n";
    }
  }
  if (const std::vector<std::string> sources = operating_clients(result); !sources.empty()) {
    out +=
        "\n| operations | rate | succeeded | attempts each | p99 | refused by the client "
        "|\n|---|---:|---:|---:|---:|---|\n";
    for (const std::string& source : sources) {
      out += "| " + markdown_escaped(source) + " |";
      for (const auto& [name, unit] : {std::pair("rate", "1/s"), std::pair("success_ratio", "share"),
                                       std::pair("attempts", ""), std::pair("latency.p99", "s")}) {
        const Metric* m = service_metric(result, source, std::string("operations.") + name);
        out += " " + (m ? figure(m->estimate, unit) : std::string("–")) + " |";
      }
      const std::string refused = refusals_text(result, source);
      out += " " + (refused.empty() ? "–" : refused) + " |\n";
    }
  }
  if (const std::vector<std::string> names = cached_names(result); !names.empty()) {
    out += "\n| cache | hit ratio | lookups | fetches | waited for one |\n|---|---:|---:|---:|---:|\n";
    for (const std::string& cache : names) {
      out += "| " + markdown_escaped(cache) + " |";
      for (const auto& [name, unit] : {std::pair("hit_ratio", "share"), std::pair("lookups", "1/s"),
                                       std::pair("fetches", "1/s"), std::pair("coalesced", "1/s")}) {
        const Metric* m = service_metric(result, cache, name);
        out += " " + (m ? figure(m->estimate, unit) : std::string("–")) + " |";
      }
      out += "\n";
    }
  }
  if (!result.queues.empty()) {
    out += "\n| queues | sent | deliveries each | depth | p99 | |\n|---|---:|---:|---:|---:|---|\n";
    for (const std::string& queue : result.queues) {
      out += "| " + markdown_escaped(queue) + " |";
      for (const auto& [name, unit] : {std::pair("sent", ""), std::pair("receives.mean", ""),
                                       std::pair("depth.mean", ""), std::pair("latency.p99", "s")}) {
        const Metric* m = service_metric(result, queue, name);
        out += " " + (m ? figure(m->estimate, unit) : std::string("–")) + " |";
      }
      std::string ends;
      for (const QueueEnd& end : queue_ends(result, queue))
        ends += (ends.empty() ? " " : ", ") + end.what + " " + figure(end.messages, "");
      out += (ends.empty() ? " –" : ends) + " |\n";
    }
  }
  bool pools = false;
  for (const std::string& pool : connection_pools(result)) {
    if (!std::exchange(pools, true))
      out +=
          "\n| connection pool | in use | at most | waited p99 | timed out | refused "
          "|\n|---|---:|---:|---:|---:|---:|\n";
    out += "| " + markdown_escaped(pool_name(pool)) + " |";
    for (const auto& [name, unit] :
         {std::pair("utilization", "share"), std::pair("in_use.max", ""), std::pair("wait_time.p99", "s"),
          std::pair("timeouts", ""), std::pair("refused", "")}) {
      const Metric* m = result.find_metric(pool + "." + name);
      out += " " + (m ? figure(m->estimate, unit) : std::string("–")) + " |";
    }
    out += "\n";
  }
  bool edges = false;
  for (const ServiceResult& s : result.services) {
    if (!has_edge(result, s.name)) continue;
    if (!std::exchange(edges, true))
      out +=
          "\n| connections of clients | open | opened | waited p99 | most at one | instances without | TLS, cores "
          "|\n|---|---:|---:|---:|---:|---:|---:|\n";
    out += "| " + markdown_escaped(s.name) + " |";
    for (const auto& [name, unit] :
         {std::pair("connections.mean", ""), std::pair("connections.opened", ""),
          std::pair("connections.wait_time.p99", "s"), std::pair("connections.max", ""),
          std::pair("connections.instances_without", "share"), std::pair("tls.cpu_cores", "")}) {
      const Metric* m = service_metric(result, s.name, name);
      out += " " + (m ? figure(m->estimate, unit) : std::string("–")) + " |";
    }
    out += "\n";
  }
  bool instances = false;
  for (const std::string& one : single_instances(result)) {
    if (!std::exchange(instances, true))
      out += "\n| instance | requests | in system | CPU cores | hours |\n|---|---:|---:|---:|---:|\n";
    out += "| " + markdown_escaped(one) + " |";
    for (const auto& [name, unit] : {std::pair("arrival_rate", "1/s"), std::pair("number_in_system.mean", ""),
                                     std::pair("cpu_cores", ""), std::pair("instance_hours", "")}) {
      const Metric* m = result.find_metric(one + "." + name);
      out += " " + (m ? figure(m->estimate, unit) : std::string("–")) + " |";
    }
    out += "\n";
  }
  if (!result.figures.empty()) {
    out += "\n| autoscalers on themselves | |\n|---|---:|\n";
    for (const std::string& name : result.figures)
      if (const Metric* m = result.find_metric(name))
        out += "| " + markdown_escaped(name) + " | " + figure(m->estimate, m->unit) + " |\n";
  }
  bool sizing = false;
  for (const Sizing& s : result.sizing)
    for (const std::string& sentence : s.sentences(result.currency)) {
      if (!std::exchange(sizing, true)) out += "\nSizing: what an instance requests against what it uses\n\n";
      out += "- " + markdown_escaped(s.service + " " + sentence) + "\n";
    }
  bool theory = false;
  for (const TheoryOf& t : result.theory)
    for (const TheoryFigure& f : t.figures) {
      if (!std::exchange(theory, true))
        out += "\n| theory beside simulation | simulated | theory | |\n|---|---:|---:|---|\n";
      out += "| " + markdown_escaped(f.metric) + " | " + figure(f.simulated, f.unit) + " | " + theory_value(f) + " | " +
             markdown_escaped(t.model) + (f.disagrees ? ", **they disagree**" : "") + " |\n";
    }
  if (!result.availability.requests.empty()) out += "\nAvailability, by the faults alone\n\n";
  for (const Availability::OfService& s : result.availability.services)
    out += "- " + markdown_escaped(availability_sentence(s)) + "\n";
  for (const Availability::OfRequests& r : result.availability.requests)
    out += "- " + markdown_escaped(availability_sentence(r)) + (r.disagrees ? ", **they disagree**" : "") + "\n";
  for (const PathsOf& p : result.paths) {
    if (&p == &result.paths.front()) out += "\nPaths through the services\n\n";
    const std::string down = blast_sentence(p);
    out += "- " + markdown_escaped(paths_name(p) + ": " + paths_sentence(p) + (down.empty() ? "" : "; " + down)) + "\n";
  }
  if (const Metric* cost = result.find_metric("cost.total"))
    out += "\nCost: " + figure(cost->estimate, cost->unit.empty() ? result.currency : cost->unit) + "\n";
  return out;
}

}  // namespace windtunnel::cli
