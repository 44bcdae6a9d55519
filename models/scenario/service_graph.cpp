#include "models/scenario/service_graph.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "models/scenario/issue.hpp"
#include "models/scenario/json_document.hpp"
#include "models/scenario/nearest.hpp"
#include "models/scenario/read.hpp"

namespace windtunnel {
namespace {

using Json = nlohmann::ordered_json;

// As short as it can be read back.
std::string plain(double value) {
  std::string text = Json(value).dump();
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string milliseconds(double ms) { return plain(ms) + "ms"; }

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

class Import {
 public:
  Import(const std::string& file, const GraphAssumptions& assumed) : file_(file), assumed_(assumed) {}

  std::string scenario(const std::string& text) {
    Json graph;
    try {
      graph = Json::parse(text, nullptr, true, true);
    } catch (const nlohmann::json::exception& error) {
      wrong("", std::string("not JSON: ") + error.what());
      throw ConfigError(issues_);
    }
    if (!graph.is_object() || graph.empty()) {
      wrong("", "is no service graph: a muBench workmodel fits, or an object with \"services\"");
      throw ConfigError(issues_);
    }
    Json out = {{"windtunnel", 1}, {"name", ""}, {"description", ""}, {"horizon", "10m"}, {"warmup", "1m"}};
    out["traffic"] = Json::array();
    out["services"] = Json::object();
    const bool of_services =
        graph.contains("services") && graph["services"].is_object() && !graph["services"].contains("internal_service");
    if (of_services)
      read_plain(graph, out);
    else
      read_workmodel(graph, out);
    if (!issues_.empty()) throw ConfigError(issues_);
    out["name"] = of_services ? "imported service graph" : "imported muBench workmodel";
    std::string description = "Imported. What the graph does not say is assumed: ";
    for (const std::string& note : notes_) description += (&note == &notes_.front() ? "" : "; ") + note;
    out["description"] = description + ".";
    std::string written = out.dump(2) + "\n";
    parse_scenario(written, ".", file_ + ", imported");
    return written;
  }

 private:
  void assume(const std::string& note) {
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(note);
  }

  void wrong(const std::string& pointer, const std::string& message) {
    issues_.push_back({file_, 0, 0, pointer, message});
  }

  // Of an object: a number that may be missing. What is there and does not fit is reported.
  std::optional<double> number(const Json& in, const char* key, const std::string& at, double least, double most) {
    if (!in.contains(key) || in[key].is_null()) return {};
    const Json& value = in[key];
    if (value.is_number() && value.get<double>() >= least && value.get<double>() <= most) return value.get<double>();
    wrong(at + "/" + key, "is " + value.dump() + "; a number from " + plain(least) + " to " + plain(most) + " fits");
    return {};
  }

  void check_called(const Json& services, const std::string& name, const std::string& at) {
    std::vector<std::string> known;
    for (const auto& [key, unused] : services.items()) known.push_back(key);
    if (!services.contains(name))
      wrong(at, "there is no service " + in_quotes(name) + suggestion(name, known, "services"));
  }

  // The one that nobody calls; with several, one of the given name.
  std::string entry(const Json& services, const std::set<std::string>& called, const std::string& usual) {
    std::vector<std::string> first;
    for (const auto& [name, unused] : services.items())
      if (!called.contains(name)) first.push_back(name);
    if (!assumed_.entry.empty()) {
      check_called(services, assumed_.entry, "");
      return assumed_.entry;
    }
    if (services.contains(usual)) return usual;
    if (first.size() != 1 && issues_.empty())
      wrong("", first.empty() ? std::string("every service is called by another; --entry says where requests come in")
                              : "nobody calls " + listed(first) + "; --entry says where requests come in");
    return first.empty() ? "" : first.front();
  }

  // --- muBench
  // ------------------------------------------------------------------------------------------------------------------
  void read_workmodel(const Json& graph, Json& out) {
    std::set<std::string> called;
    for (const auto& [name, service] : graph.items()) {
      const std::string at = "/" + pointer_token(name);
      if (!service.is_object() || !service.contains("internal_service")) {
        wrong(at, "has no \"internal_service\"; every service of a muBench workmodel has one");
        continue;
      }
      Json mine;  // not yet in its place: others that come in may move it
      mine["replicas"] = static_cast<std::int64_t>(number(service, "replicas", at, 1, 10'000).value_or(1));
      const double processes = number(service, "workers", at, 1, 10'000).value_or(4);
      const double threads = number(service, "threads", at, 1, 100'000).value_or(4);
      mine["instance"]["runtime"] = {{"type", "processor_sharing"}, {"cores", processes}};
      copy_resources(service, mine);
      mine["instance"]["concurrency"] = static_cast<std::int64_t>(processes * threads);
      Json steps = internal_work(service["internal_service"], at + "/internal_service");
      call_groups(graph, name, service, at, steps, out, called);
      if (steps.empty()) steps.push_back({{"cpu", "0ms"}});
      mine["work"]["default"] = steps;
      out["services"][name] = std::move(mine);
    }
    assume(
        "an instance's processes (workers) have a core each, unless its CPU limit is lower, and a thread serves a "
        "request from beginning to end");
    assume("computing 100 digits of pi takes " + milliseconds(assumed_.cpu_ms) +
           " of CPU, and other numbers of digits in proportion to their square");
    assume("bodies, memory and disk cost nothing");
    assume("requests come at random, " + plain(assumed_.rate) + " a second");
    const std::string to = entry(graph, called, "s0");
    out["traffic"].push_back(
        {{"name", "users"}, {"to", to}, {"arrivals", {{"type", "poisson"}, {"rate", plain(assumed_.rate) + "/s"}}}});
  }

  static void copy_resources(const Json& service, Json& mine) {
    const std::pair<const char*, std::pair<const char*, const char*>> names[] = {
        {"cpu-requests", {"requests", "cpu"}}, {"memory-requests", {"requests", "memory"}},
        {"cpu-limits", {"limits", "cpu"}},     {"memory-limits", {"limits", "memory"}},
        {"cpu_request", {"requests", "cpu"}},  {"mem_request", {"requests", "memory"}},
        {"cpu_limit", {"limits", "cpu"}},      {"mem_limit", {"limits", "memory"}}};
    for (const auto& [from, to] : names)
      if (service.contains(from) && !service[from].is_null())
        mine["instance"]["resources"][to.first][to.second] = service[from];
  }

  Json internal_work(const Json& internal, const std::string& at) {
    Json steps = Json::array();
    if (!internal.is_object()) {
      wrong(at, "is no object");
      return steps;
    }
    if (!internal.contains("loader")) {
      const std::string function = internal.empty() ? "nothing" : internal.begin().key();
      assume("the internal service " + function + " costs as much as 100 digits of pi");
      steps.push_back({{"cpu", milliseconds(assumed_.cpu_ms)}});
      return steps;
    }
    const Json& loader = internal["loader"];
    const auto runs = [&](const char* what, bool usual) {
      return loader.contains(what) ? loader[what].value("run", usual) : usual;
    };
    if (runs("cpu_stress", false)) {
      const Json& cpu = loader["cpu_stress"];
      const std::string cpu_at = at + "/loader/cpu_stress";
      const double trials = number(cpu, "trials", cpu_at, 1, 1e6).value_or(1) *
                            number(cpu, "thread_pool_size", cpu_at, 1, 1e4).value_or(1);
      double least = 100, most = 100;
      if (cpu.contains("range_complexity")) {
        const Json& range = cpu["range_complexity"];
        if (range.is_array() && range.size() == 2 && range[0].is_number() && range[1].is_number() &&
            range[0] <= range[1] && range[0].get<double>() > 0) {
          least = range[0];
          most = range[1];
        } else {
          wrong(cpu_at + "/range_complexity",
                "is " + range.dump() + "; two numbers of digits fit, the smaller one first");
        }
      }
      const auto cost = [&](double digits) { return milliseconds(assumed_.cpu_ms * trials * digits * digits / 1e4); };
      if (least == most)
        steps.push_back({{"cpu", cost(least)}});
      else
        steps.push_back({{"cpu", {{"type", "uniform"}, {"low", cost(least)}, {"high", cost(most)}}}});
    }
    if (runs("sleep_stress", false) && loader["sleep_stress"].contains("sleep_time"))
      steps.push_back(
          {{"io", milliseconds(
                      1000 *
                      number(loader["sleep_stress"], "sleep_time", at + "/loader/sleep_stress", 0, 1e6).value_or(0))}});
    return steps;
  }

  // One group is called step by step. Of several at once, each has a service that stands for its thread and costs
  // nothing.
  void call_groups(const Json& graph, const std::string& name, const Json& service, const std::string& at, Json& steps,
                   Json& out, std::set<std::string>& called) {
    if (!service.contains("external_services")) return;
    if (!service["external_services"].is_array()) return wrong(at + "/external_services", "is no list of groups");
    std::vector<Json> groups;
    for (std::size_t g = 0; g < service["external_services"].size(); ++g) {
      const std::string group_at = at + "/external_services/" + std::to_string(g);
      Json calls = group_calls(graph, service["external_services"][g], group_at, called);
      if (!calls.empty()) groups.push_back(std::move(calls));
    }
    if (groups.empty()) return;
    if (groups.size() == 1) {
      for (Json& call : groups.front()) steps.push_back({{"call", std::move(call)}});
      return;
    }
    Json together = Json::array();
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (groups[g].size() == 1) {
        together.push_back(groups[g].front());
        continue;
      }
      const std::string helper = name + "-group-" + std::to_string(g);
      Json& thread = out["services"][helper];
      thread["instance"]["runtime"]["type"] = "event_loop";
      for (Json& call : groups[g]) thread["work"]["default"].push_back({{"call", std::move(call)}});
      together.push_back({{"service", helper}});
    }
    steps.push_back({{"parallel", {{"to", together}}}});
  }

  Json group_calls(const Json& graph, const Json& group, const std::string& at, std::set<std::string>& called) {
    Json calls = Json::array();
    if (!group.is_object() || !group.contains("services") || !group["services"].is_array()) {
      wrong(at, "has no list of \"services\"");
      return calls;
    }
    const auto all = static_cast<double>(group["services"].size());
    const double taken = std::min(all, number(group, "seq_len", at, 0, 1e9).value_or(all));
    if (taken < all) assume("of the services of a group that are drawn (seq_len), each is drawn by itself");
    for (std::size_t i = 0; i < group["services"].size(); ++i) {
      const std::string here = at + "/services/" + std::to_string(i);
      if (!group["services"][i].is_string()) {
        wrong(here, "is " + group["services"][i].dump() + "; the name of a service fits");
        continue;
      }
      const std::string listed_as = group["services"][i];
      const std::string to = listed_as.substr(0, listed_as.find("__"));  // "s1__2" is s1 once more
      check_called(graph, to, here);
      double probability = taken / all;
      if (group.contains("probabilities") && group["probabilities"].is_object())
        probability *= number(group["probabilities"], listed_as.c_str(), at + "/probabilities", 0, 1).value_or(1);
      called.insert(to);
      Json call = {{"service", to}};
      if (probability < 1) call["probability"] = probability;
      calls.push_back(std::move(call));
    }
    return calls;
  }

  // --- services with calls, resources and Locust tasks
  // ------------------------------------------------------------------------------------------------------------------
  void read_plain(const Json& graph, Json& out) {
    const Json& services = graph["services"];
    const bool users = graph.contains("locust_task_weights");
    const auto generates = [&](const std::string& name) { return users && name == "loadgenerator"; };
    std::set<std::string> called, missing;
    for (const auto& [name, service] : services.items()) {
      const std::string at = "/services/" + pointer_token(name);
      if (!service.is_object()) {
        wrong(at, "is no object");
        continue;
      }
      if (generates(name)) continue;
      Json& mine = out["services"][name];
      mine["instance"]["runtime"] = {{"type", "processor_sharing"}};
      copy_resources(service, mine);
      Json steps = Json::array({{{"cpu", milliseconds(assumed_.cpu_ms)}}});
      const Json calls = service.value("calls", Json::array());
      for (std::size_t i = 0; i < calls.size(); ++i) {
        if (!calls[i].is_string()) {
          wrong(at + "/calls/" + std::to_string(i), "is " + calls[i].dump() + "; the name of a service fits");
          continue;
        }
        const std::string to = calls[i];
        if (!services.contains(to)) {
          missing.insert(to);
          continue;
        }
        called.insert(to);
        steps.push_back({{"call", {{"service", to}}}});
      }
      mine["work"]["default"] = steps;
    }
    assume("every request makes each call of its service once, one after the other, and computes for " +
           milliseconds(assumed_.cpu_ms));
    assume("every service has one instance");
    if (!missing.empty())
      assume("calls to " + listed({missing.begin(), missing.end()}) + ", of which it says nothing more, are left out");
    Json without = services;
    if (users) without.erase("loadgenerator");
    Json source = {{"name", "users"}, {"to", entry(without, called, "frontend")}};
    if (!users) {
      source["arrivals"] = {{"type", "poisson"}, {"rate", plain(assumed_.rate) + "/s"}};
      assume("requests come at random, " + plain(assumed_.rate) + " a second");
    } else {
      source["arrivals"] = {{"type", "closed_loop"}, {"clients", assumed_.users}, {"think_time", think_time(graph)}};
      source["mix"] = task_mix(graph["locust_task_weights"]);
      assume("there are " + std::to_string(assumed_.users) +
             " users, whose tasks are a request each and alike in their work");
    }
    out["traffic"].push_back(std::move(source));
  }

  // Locust's between(1, 10), in seconds.
  Json think_time(const Json& graph) {
    const std::string text = graph.value("locust_wait_time", "between(1, 10)");
    const auto comma = text.find(',');
    if (text.starts_with("between(") && text.ends_with(")") && comma != std::string::npos) {
      const Json low = Json::parse(text.substr(8, comma - 8), nullptr, false);
      const Json high = Json::parse(text.substr(comma + 1, text.size() - comma - 2), nullptr, false);
      if (low.is_number() && high.is_number() && 0 <= low && low < high)
        return {{"type", "uniform"}, {"low", low.dump() + "s"}, {"high", high.dump() + "s"}};
    }
    wrong("/locust_wait_time", "is " + in_quotes(text) + "; between(LEAST, MOST) fits, in seconds");
    return "1s";
  }

  Json task_mix(const Json& weights) {
    double sum = 0;
    Json mix = Json::object();
    for (const auto& [task, weight] : weights.items()) {
      const double value = number(weights, task.c_str(), "/locust_task_weights", 0, 1e9).value_or(0);
      sum += value;
      mix[task] = value;
    }
    if (sum == 0) wrong("/locust_task_weights", "sum to nothing");
    for (auto& [task, weight] : mix.items()) weight = weight.get<double>() / sum;
    return mix;
  }

  const std::string& file_;
  const GraphAssumptions& assumed_;
  std::vector<Issue> issues_;
  std::vector<std::string> notes_;
};

}  // namespace

std::string import_service_graph(const std::string& text, const std::string& file, const GraphAssumptions& assumed) {
  return Import(file, assumed).scenario(text);
}

}  // namespace windtunnel
