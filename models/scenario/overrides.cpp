#include "models/scenario/overrides.hpp"

#include <charconv>
#include <optional>

#include "models/scenario/nearest.hpp"
#include "models/scenario/read.hpp"

namespace windtunnel {
namespace {

std::vector<std::string> steps_of(const std::string& path) {
  if (path.empty() || path.front() == '/') return pointer_tokens(path);
  std::vector<std::string> out(1);
  for (const char c : path) {
    if (c == '.') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

void mark_origin(JsonNode& node, int origin) {
  node.origin = origin;
  node.line = node.column = 0;
  for (JsonNode::Key& key : node.keys) key.line = key.column = 0;
  for (JsonNode& item : node.items) mark_origin(item, origin);
}

// JSON, or else a bare word; what starts like a JSON container or string must be JSON.
JsonNode value_of(const std::string& text, std::string& problem) {
  JsonDocument parsed = parse_json(text);
  if (parsed.complete && parsed.problems.empty()) return std::move(parsed.root);
  if (!text.empty() && (text.front() == '{' || text.front() == '[' || text.front() == '"'))
    problem = parsed.problems.empty() ? "this is not JSON" : parsed.problems.front().message;
  return JsonNode::of(std::string_view(text));
}

std::optional<std::size_t> index_of(const std::string& step, const JsonNode& list) {
  if (step == "-") return list.items.size();
  std::size_t index = 0;
  const auto result = std::from_chars(step.data(), step.data() + step.size(), index);
  if (result.ec != std::errc() || result.ptr != step.data() + step.size() || index > list.items.size())
    return std::nullopt;
  return index;
}

// Empty: done.
std::string apply(JsonNode& root, const Override& change, int origin, std::string& pointer) {
  std::string problem;
  JsonNode value = value_of(change.value, problem);
  mark_origin(value, origin);
  if (!problem.empty()) return problem;
  const std::vector<std::string> steps = steps_of(change.path);
  if (steps.empty()) return "names the whole scenario; it needs a path such as services.checkout.replicas";
  if (steps.size() > kDeepestNesting) return "is a path of more than " + std::to_string(kDeepestNesting) + " steps";

  JsonNode* node = &root;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string& step = steps[i];
    const bool last = i + 1 == steps.size();
    if (node->kind == JsonNode::Kind::kNull) {
      *node = JsonNode::object();
      node->origin = origin;
    }
    JsonNode* next = nullptr;
    if (node->kind == JsonNode::Kind::kObject) {
      next = node->find(step);
      if (last && value.kind == JsonNode::Kind::kNull) {
        if (next == nullptr) return {};
        const auto at = next - node->items.data();
        node->keys.erase(node->keys.begin() + at);
        node->items.erase(node->items.begin() + at);
        return {};
      }
      if (next == nullptr) {
        next = &node->add(step, JsonNode{});
        next->origin = origin;
      }
    } else if (node->kind == JsonNode::Kind::kArray) {
      const auto index = index_of(step, *node);
      if (!index)
        return in_quotes(step) + " is no place in the list at " + in_quotes(pointer) + ", which has " +
               std::to_string(node->items.size()) + " elements, counted from 0";
      if (*index == node->items.size()) node->add(JsonNode{}).origin = origin;
      next = &node->items[*index];
    } else {
      return "there is no such place: what stands at " + in_quotes(pointer) + " is neither an object nor a list";
    }
    pointer += '/' + pointer_token(step);
    node = next;
  }
  *node = std::move(value);
  return {};
}

}  // namespace

std::vector<JsonProblem> apply_overrides(JsonNode& root, std::span<const Override> overrides) {
  std::vector<JsonProblem> problems;
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    std::string pointer;
    const std::string wrong = apply(root, overrides[i], static_cast<int>(i), pointer);
    if (!wrong.empty()) problems.push_back({0, 0, pointer, "--set " + overrides[i].path + ": " + wrong});
  }
  return problems;
}

}  // namespace windtunnel
