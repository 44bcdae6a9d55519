#include "models/scenario/manifest.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "models/scenario/nearest.hpp"
#include "models/scenario/yaml_document.hpp"

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kAutoscaling{"autoscaling/v2", "autoscaling/v1"};
constexpr std::array<std::string_view, 1> kKeda{"keda.sh/v1alpha1"};
constexpr std::array<std::string_view, 1> kServing{"serving.knative.dev/v1"};
constexpr std::array<std::string_view, 1> kCore{"v1"};
constexpr std::string_view kUtilizationOfV1 = "targetCPUUtilizationPercentage";

constexpr std::array<ManifestField, 7> kFields{{
    {"kubernetes_hpa", "spec", "HorizontalPodAutoscaler", kAutoscaling, "/spec"},
    {"keda", "spec", "ScaledObject", kKeda, "/spec"},
    {"keda", "annotations", "ScaledObject", kKeda, "/metadata/annotations", "autoscaling.keda.sh/"},
    {"keda_scaled_job", "spec", "ScaledJob", kKeda, "/spec"},
    {"keda_scaled_job", "annotations", "ScaledJob", kKeda, "/metadata/annotations", "autoscaling.keda.sh/"},
    {"knative_kpa", "annotations", "Service", kServing, "/spec/template/metadata/annotations",
     "autoscaling.knative.dev/"},
    {"knative_kpa", "config", "ConfigMap", kCore, "/data"},
}};

bool is_within(std::string_view inner, std::string_view outer) {
  return inner.substr(0, outer.size()) == outer && (inner.size() == outer.size() || inner[outer.size()] == '/');
}

std::string text_at(const JsonNode& node, std::string_view pointer) {
  const JsonNode* at = &node;
  for (const std::string& token : pointer_tokens(pointer)) {
    at = at->find(token);
    if (at == nullptr) return {};
  }
  return at->kind == JsonNode::Kind::kString ? at->text : std::string();
}

const JsonNode* part_at(const JsonNode& node, std::string_view pointer) {
  const JsonNode* at = &node;
  for (const std::string& token : pointer_tokens(pointer)) {
    at = at->find(token);
    if (at == nullptr) return nullptr;
  }
  return at;
}

// An object of a manifest, and where it stands in its document.
struct Object {
  const JsonNode* node;
  std::string pointer;
  std::string kind, api_version, name;
};

void add_objects(const JsonNode& node, const std::string& pointer, std::vector<Object>& out) {
  const JsonNode* items = node.find("items");
  const std::string kind = text_at(node, "/kind");
  // What kubectl prints of several.
  if (kind == "List" && items != nullptr && items->kind == JsonNode::Kind::kArray) {
    for (std::size_t i = 0; i < items->items.size(); ++i)
      add_objects(items->items[i], pointer + "/items/" + std::to_string(i), out);
    return;
  }
  out.push_back({&node, pointer, kind, text_at(node, "/apiVersion"), text_at(node, "/metadata/name")});
}

std::string listed(const std::vector<Object>& objects) {
  std::string out;
  for (const Object& o : objects)
    out += (out.empty() ? "" : ", ") + (o.kind.empty() ? std::string("an object without a kind") : o.kind) +
           (o.name.empty() ? "" : " " + in_quotes(o.name));
  return out;
}

std::string listed(std::span<const std::string_view> words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? std::string(last) : std::string(", ")) + std::string(words[i]);
  return out;
}

// The bytes, or why there are none.
std::optional<std::string> read_text(const std::filesystem::path& file, std::string& why) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    why = "does not exist";
    return std::nullopt;
  }
  if (std::filesystem::is_directory(file, error)) {
    why = "cannot be read: it is a directory";
    return std::nullopt;
  }
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (in && !in.bad()) return std::move(text).str();
  why = std::string("cannot be read: ") + (errno != 0 ? std::strerror(errno) : "an error while reading");
  return std::nullopt;
}

YamlStream parse(const std::filesystem::path& file, const std::string& text) {
  if (file.extension() != ".json") return parse_yaml(text);
  JsonDocument document = parse_json(text);
  YamlStream out;
  out.complete = document.complete;
  out.problems = std::move(document.problems);
  out.documents.push_back(std::move(document.root));
  return out;
}

JsonNode placed_like(JsonNode node, const JsonNode& like) {
  node.line = like.line;
  node.column = like.column;
  for (JsonNode& item : node.items) item = placed_like(std::move(item), like);
  return node;
}

// autoscaling/v1 has one metric, which it keeps in a field of its own.
void upgrade_from_v1(JsonNode& spec) {
  const auto at = std::find_if(spec.keys.begin(), spec.keys.end(),
                               [](const JsonNode::Key& key) { return key.text == kUtilizationOfV1; });
  if (at == spec.keys.end()) return;
  const auto place = static_cast<std::size_t>(at - spec.keys.begin());
  const JsonNode percent = spec.items[place];
  JsonNode target = JsonNode::object();
  target.add("type", JsonNode::of("Utilization"));
  target = placed_like(std::move(target), percent);
  target.add("averageUtilization", percent);
  JsonNode resource = JsonNode::object();
  resource.add("name", JsonNode::of("cpu"));
  resource.add("target", std::move(target));
  JsonNode metric = JsonNode::object();
  metric.add("type", JsonNode::of("Resource"));
  metric.add("resource", std::move(resource));
  JsonNode metrics = JsonNode::array();
  metrics.add(std::move(metric));
  spec.keys[place].text = "metrics";
  spec.items[place] = placed_like(std::move(metrics), percent);
}

void remove_key(JsonNode& node, std::string_view name) {
  for (std::size_t i = node.keys.size(); i-- > 0;) {
    if (node.keys[i].text != name) continue;
    node.keys.erase(node.keys.begin() + static_cast<std::ptrdiff_t>(i));
    node.items.erase(node.items.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

JsonNode keys_like(const JsonNode& part, std::string_view prefix) {
  JsonNode out = part;
  for (const JsonNode::Key& key : part.keys)
    if (key.text.rfind(prefix, 0) != 0) remove_key(out, key.text);
  return out;
}

}  // namespace

const ManifestField* manifest_field(std::string_view type, std::string_view field) {
  const auto it = std::find_if(kFields.begin(), kFields.end(),
                               [&](const ManifestField& f) { return f.type == type && f.field == field; });
  return it == kFields.end() ? nullptr : &*it;
}

bool Graft::holds(std::string_view place) const { return is_within(place, pointer); }

std::string Graft::in_manifest(std::string_view place) const {
  const std::string_view below = place.substr(pointer.size());
  if (from_v1 && is_within(below, "/metrics")) return part + "/" + std::string(kUtilizationOfV1);
  return part + std::string(below);
}

void Manifests::graft(JsonNode& root) {
  failures_.clear();
  walk(root, {});
}

void Manifests::walk(JsonNode& node, const std::string& pointer) {
  if (node.is_scalar()) return;
  const bool is_object = node.kind == JsonNode::Kind::kObject;
  const std::string type = is_object ? text_at(node, "/type") : std::string();
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    JsonNode& item = node.items[i];
    const std::string& key = is_object ? node.keys[i].text : std::to_string(i);
    const std::string at = pointer + '/' + pointer_token(key);
    const ManifestField* field = is_object ? manifest_field(type, key) : nullptr;
    if (field != nullptr && item.kind == JsonNode::Kind::kString && node.find(key) == &item)
      graft_one(item, at, *field);
    else
      walk(item, at);
  }
}

void Manifests::graft_one(JsonNode& node, const std::string& pointer, const ManifestField& field) {
  const std::string written = node.text;
  const std::size_t mark = written.rfind('#');
  const std::string name = mark == std::string::npos ? std::string() : written.substr(mark + 1);
  const std::string file = written.substr(0, mark);
  const std::filesystem::path path = folder_ / file;
  const auto fail = [&](std::string message) {
    failures_.push_back({pointer, Issue{{}, 0, 0, pointer, std::move(message)}});
  };
  if (file.empty())
    return fail(in_quotes(written) + " names no file; the part of a " + std::string(field.kind) +
                " itself, or the path of a manifest that holds one, fits");
  std::string why;
  const auto text = read_text(path, why);
  if (!text) return fail("the manifest " + in_quotes(file) + " " + why);

  const std::string shown = path.lexically_normal().string();
  const YamlStream manifest = parse(path, *text);
  std::vector<Issue> flaws;
  for (const JsonProblem& p : manifest.problems) flaws.push_back({shown, p.line, p.column, p.pointer, p.message});
  const auto fail_in_file = [&](const JsonNode* at, std::string in_manifest, std::string message) {
    const int line = at == nullptr ? 0 : at->line, column = at == nullptr ? 0 : at->column;
    flaws.push_back({shown, line, column, std::move(in_manifest), std::move(message)});
  };
  const auto give_up = [&] {
    for (Issue& flaw : flaws) failures_.push_back({pointer, std::move(flaw)});
  };
  if (!manifest.complete) return give_up();

  std::vector<Object> objects, of_kind, fitting, chosen;
  for (const JsonNode& document : manifest.documents) add_objects(document, {}, objects);
  for (const Object& o : objects) {
    if (o.kind != field.kind) continue;
    of_kind.push_back(o);
    const auto& versions = field.api_versions;
    if (std::find(versions.begin(), versions.end(), o.api_version) == versions.end()) continue;
    fitting.push_back(o);
    if (name.empty() || o.name == name) chosen.push_back(o);
  }
  const std::string wanted = std::string(field.kind) + " of " + listed(field.api_versions, " or ");
  if (objects.empty()) {
    fail_in_file(nullptr, {}, "is empty; a " + wanted + " fits");
    return give_up();
  }
  if (fitting.empty() && !of_kind.empty()) {
    for (const Object& o : of_kind)
      fail_in_file(&nearest_node(*o.node, "/apiVersion"), o.pointer + "/apiVersion",
                   "this " + o.kind + (o.name.empty() ? "" : " " + in_quotes(o.name)) + " is of " +
                       (o.api_version.empty() ? "no apiVersion" : in_quotes(o.api_version)) + "; " +
                       listed(field.api_versions, " and ") + (field.api_versions.size() == 1 ? " fits" : " fit"));
    return give_up();
  }
  if (fitting.empty()) {
    fail_in_file(&nearest_node(*objects[0].node, "/kind"), objects[0].pointer + "/kind",
                 "there is no " + wanted + " here, but " + listed(objects));
    return give_up();
  }
  if (chosen.empty()) {
    std::vector<std::string> names;
    names.reserve(fitting.size());
    for (const Object& o : fitting) names.push_back(o.name);
    fail("the manifest " + in_quotes(file) + " has no " + std::string(field.kind) + " of the name " + in_quotes(name) +
         suggestion(name, names, "names"));
    return give_up();
  }
  if (chosen.size() > 1) {
    fail("the manifest " + in_quotes(file) + " has " + std::to_string(chosen.size()) + " that fit: " + listed(chosen) +
         (name.empty() ? "; choose by name, as in " + in_quotes(file + "#" + chosen[0].name) : ""));
    return give_up();
  }

  const Object& object = chosen[0];
  const JsonNode* part = part_at(*object.node, field.part);
  Graft graft{pointer, shown, object.pointer + std::string(field.part), false, std::move(flaws)};
  JsonNode grafted = JsonNode::object();
  grafted.line = object.node->line;
  grafted.column = object.node->column;
  if (part != nullptr && !field.key_prefix.empty()) {
    grafted = keys_like(*part, field.key_prefix);
  } else if (part != nullptr) {
    grafted = *part;
  } else if (field.key_prefix.empty()) {
    graft.flaws.push_back({shown, object.node->line, object.node->column, graft.part, "is missing"});
  }
  remove_key(grafted, "scaleTargetRef");
  // Every ScaledJob has a pod template, which the service stands for.
  for (std::size_t i = 0; i < grafted.keys.size(); ++i)
    if (grafted.keys[i].text == "jobTargetRef") remove_key(grafted.items[i], "template");
  if (object.api_version == "autoscaling/v1") {
    if (const JsonNode* metrics = grafted.find("metrics")) {
      graft.flaws.push_back({shown, metrics->line, metrics->column, graft.part + "/metrics",
                             "is a field of autoscaling/v2, and this is autoscaling/v1"});
    } else {
      graft.from_v1 = grafted.find(kUtilizationOfV1) != nullptr;
      upgrade_from_v1(grafted);
    }
  }
  node = std::move(grafted);
  std::erase_if(grafts_, [&](const Graft& g) { return g.pointer == pointer; });
  grafts_.push_back(std::move(graft));
}

// A value of --set may have taken the place of one.
std::vector<Graft> Manifests::grafts(const JsonNode& root) const {
  std::vector<Graft> out;
  for (const Graft& graft : grafts_) {
    const JsonNode* part = part_at(root, graft.pointer);
    if (part != nullptr && part->origin < 0) out.push_back(graft);
  }
  return out;
}

}  // namespace windtunnel
