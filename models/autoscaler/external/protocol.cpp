#include "models/autoscaler/external/protocol.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/scenario/json_document.hpp"

namespace windtunnel::external {
namespace {

constexpr double kMostExact = 0x1p53;

JsonNode count(std::uint64_t value) { return JsonNode::of(static_cast<std::int64_t>(value)); }
JsonNode number(double value) { return std::isfinite(value) ? JsonNode::of(value) : JsonNode{}; }
JsonNode positive_or_null(double value) { return value > 0 ? number(value) : JsonNode{}; }
// Without an exponent, which readers that want a whole number would refuse.
JsonNode bytes_or_null(double value) {
  return value > 0 ? JsonNode::of(static_cast<std::int64_t>(std::llround(value))) : JsonNode{};
}

JsonNode instance(const InstanceSignal& seen, Time measured_from) {
  const auto since = [&](Time t) { return t == kNever ? JsonNode{} : JsonNode::of(to_seconds(t - measured_from)); };
  const bool ready = seen.state == InstanceSignal::State::kReady;
  JsonNode out = JsonNode::object();
  out.add("id", count(seen.id));
  out.add("state", JsonNode::of(ready                                            ? "ready"
                                : seen.state == InstanceSignal::State::kStarting ? "starting"
                                                                                 : "draining"));
  out.add("created_s", since(seen.created));
  out.add("placed_s", since(seen.placed));
  out.add("running_since_s", since(seen.running_since));
  out.add("ready_since_s", ready ? since(seen.ready_since) : JsonNode{});
  out.add("cpu_seconds", number(seen.cpu_seconds));
  out.add("memory_bytes", bytes_or_null(seen.memory_bytes));
  out.add("arrived", count(seen.arrived));
  out.add("outstanding", JsonNode::of(seen.outstanding));
  out.add("outstanding_seconds", number(seen.outstanding_seconds));
  return out;
}

// The line as an object, or what is wrong with it.
std::string read_object(std::string_view line, std::string_view example, JsonNode& out) {
  JsonDocument document = parse_json(line);
  if (!document.problems.empty()) return document.problems.front().message;
  if (!document.complete || document.root.kind != JsonNode::Kind::kObject)
    return "it is no JSON object, such as " + std::string(example);
  out = std::move(document.root);
  return {};
}

// Languages with one kind of number write 4 as 4.0.
std::optional<std::int64_t> whole(const JsonNode& node) {
  if (!node.is_number() || std::floor(node.number) != node.number || std::abs(node.number) > kMostExact)
    return std::nullopt;
  return static_cast<std::int64_t>(node.number);
}

std::string read_inputs(const JsonNode& node, std::map<std::string, double>& out) {
  if (node.kind != JsonNode::Kind::kObject) return "inputs is no object of numbers: " + print_json_line(node);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string& name = node.keys[i].text;
    if (!node.items[i].is_number() || !std::isfinite(node.items[i].number))
      return "inputs holds \"" + name + "\": " + print_json_line(node.items[i]) + ", which is no number";
    out[name] = node.items[i].number;
  }
  return {};
}

// The length of the printable UTF-8 sequence that begins `text`; 0: there is none.
std::size_t printable(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  unsigned code = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool shortest = code >= (length == 2 ? 0xa0U : length == 3 ? 0x800U : 0x10000U);  // 0x80 to 0x9f are controls
  return shortest && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? length : 0;
}

}  // namespace

std::string greeting_line(const Greeting& greeting) {
  JsonNode out = JsonNode::object();
  out.add("windtunnel_policy", JsonNode::of(kProtocolVersion));
  out.add("service", JsonNode::of(greeting.service));
  out.add("replication", count(greeting.replication));
  out.add("seed", count(greeting.seed));
  out.add("sync_period_s", JsonNode::of(to_seconds(greeting.sync_period)));
  out.add("min_replicas", JsonNode::of(greeting.limits.min_replicas));
  out.add("max_replicas", JsonNode::of(greeting.limits.max_replicas));
  JsonNode& metrics = out.add("metrics", JsonNode::array());
  for (const std::string& name : greeting.metrics) metrics.add(JsonNode::of(name));
  return print_json_line(out);
}

std::string question_line(std::uint64_t tick, const ServiceSignal& signal, const MetricValues& metrics) {
  JsonNode out = JsonNode::object();
  out.add("tick", count(tick));
  out.add("time_s", JsonNode::of(to_seconds(signal.now - signal.measured_from)));
  out.add("unix_time_s", JsonNode::of(to_seconds(signal.utc)));
  out.add("replicas", JsonNode::of(signal.spec_replicas));
  const auto ready = std::count_if(signal.instances.begin(), signal.instances.end(),
                                   [](const auto& i) { return i.state == InstanceSignal::State::kReady; });
  out.add("ready", JsonNode::of(static_cast<std::int64_t>(ready)));
  JsonNode& values = out.add("metrics", JsonNode::object());
  for (const auto& [name, value] : metrics) values.add(name, value ? number(*value) : JsonNode{});
  out.add("arrived", count(signal.arrived));
  out.add("completed", count(signal.completed));
  out.add("failed", count(signal.failed));
  out.add("outstanding", JsonNode::of(signal.outstanding));
  out.add("outstanding_seconds", number(signal.outstanding_seconds));
  out.add("waiting", JsonNode::of(signal.waiting));
  out.add("waiting_seconds", number(signal.waiting_seconds));
  out.add("unplaced", JsonNode::of(signal.unplaced));
  out.add("cpu_seconds", number(signal.cpu_seconds));
  out.add("cpu_request_cores", positive_or_null(signal.cpu_request_cores));
  out.add("memory_request_bytes", bytes_or_null(signal.memory_request_bytes));
  out.add("mean_startup_s", JsonNode::of(to_seconds(signal.mean_startup)));
  JsonNode& instances = out.add("instances", JsonNode::array());
  for (const InstanceSignal& seen : signal.instances) instances.add(instance(seen, signal.measured_from));
  return print_json_line(out);
}

std::string read_greeting_answer(std::string_view line) {
  const std::string example = R"({"windtunnel_policy": )" + std::to_string(kProtocolVersion) + "}";
  JsonNode root;
  if (std::string problem = read_object(line, example, root); !problem.empty()) return problem;
  for (const JsonNode::Key& key : root.keys)
    if (key.text != "windtunnel_policy") return "unknown key \"" + key.text + "\"; the greeting's answer is " + example;
  const JsonNode* version = root.find("windtunnel_policy");
  if (version == nullptr) return "windtunnel_policy is missing; the greeting's answer is " + example;
  if (whole(*version) != kProtocolVersion)
    return "windtunnel_policy is " + print_json_line(*version) + "; this version of Windtunnel speaks " +
           std::to_string(kProtocolVersion);
  return {};
}

std::string read_answer(std::string_view line, std::uint64_t tick, Answer& out) {
  JsonNode root;
  if (std::string problem = read_object(line, R"({"replicas": 3})", root); !problem.empty()) return problem;
  for (std::size_t i = 0; i < root.items.size(); ++i) {
    const std::string& key = root.keys[i].text;
    const JsonNode& node = root.items[i];
    if (key == "replicas") {
      const std::optional<std::int64_t> replicas = whole(node);
      if (!replicas || *replicas < 0) return "replicas is " + print_json_line(node) + ", no whole number from 0 up";
      out.replicas = *replicas;
    } else if (key == "tick") {
      if (whole(node) != static_cast<std::int64_t>(tick))
        return "it answers tick " + print_json_line(node) + ", and this is tick " + std::to_string(tick);
    } else if (key == "reason") {
      if (node.kind != JsonNode::Kind::kString) return "reason is no text: " + print_json_line(node);
      if (shown(node.text, node.text.size()) != node.text || node.text.find('\n') != std::string::npos)
        return "reason is no line of printable text: " + print_json_line(node);
      out.reason = node.text;
    } else if (key == "inputs") {
      if (std::string problem = read_inputs(node, out.inputs); !problem.empty()) return problem;
    } else {
      return "unknown key \"" + key + "\"; an answer has replicas, and may have reason, inputs, tick";
    }
  }
  if (root.find("replicas") == nullptr) return "replicas is missing";
  return {};
}

std::string shown(std::string_view text, std::size_t at_most) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  const std::size_t all = text.size();
  for (std::size_t i = 0; i < all;) {
    if (i >= at_most) return out + "... (" + std::to_string(all) + " bytes in all)";
    const std::size_t length = text[i] == '\n' ? 1 : printable(text.substr(i));
    if (length > 0) {
      out += text.substr(i, length);
    } else {
      const auto byte = static_cast<unsigned char>(text[i]);
      (out += "\\x") += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
    i += std::max<std::size_t>(1, length);
  }
  return out;
}

}  // namespace windtunnel::external
