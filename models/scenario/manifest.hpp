#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/scenario/issue.hpp"
#include "models/scenario/json_document.hpp"

// Where a policy holds a Kubernetes object as it stands in a manifest, a scenario may name the manifest instead:
// "spec": "k8s/hpa.yaml", or "k8s/all.yaml#web" for the object of that name.
namespace windtunnel {

// A field that takes a part of an object of some kind.
struct ManifestField {
  std::string_view type;   // the policy's
  std::string_view field;  // of the policy
  std::string_view kind;
  std::span<const std::string_view> api_versions;
  std::string_view part;  // pointer to the part, in the object
  std::string_view key_prefix =
      {};  // only keys that begin like this are taken; empty: the whole part, which must exist
};
// Null: that field takes no manifest.
const ManifestField* manifest_field(std::string_view type, std::string_view field);

// A part of a manifest that stands in a scenario's tree in place of the manifest's name.
struct Graft {
  std::string pointer;         // where in the scenario
  std::string file;            // as messages name it
  std::string part;            // where in the manifest's document
  bool from_v1 = false;        // its metrics were autoscaling/v1's targetCPUUtilizationPercentage
  std::vector<Issue> flaws{};  // of the manifest, that do not keep it from being read

  bool holds(std::string_view place) const;  // a pointer in the scenario
  // The pointer in the manifest to what the scenario has at a place that it holds.
  std::string in_manifest(std::string_view place) const;
};

// Puts the parts of the manifests that a scenario names, relative to `folder`, in the places of their names. What
// cannot be read stays a name.
class Manifests {
 public:
  struct Failure {
    std::string pointer;  // of the name
    Issue issue;          // without a file: at the name
  };

  explicit Manifests(std::filesystem::path folder) : folder_(std::move(folder)) {}
  // May be called again after changes to `root`: it then sees to names that are new.
  void graft(JsonNode& root);
  // Those that are in the tree, once its values are final.
  std::vector<Graft> grafts(const JsonNode& root) const;
  const std::vector<Failure>& failures() const { return failures_; }  // of the last graft()

 private:
  void walk(JsonNode& node, const std::string& pointer);
  void graft_one(JsonNode& node, const std::string& pointer, const ManifestField& field);

  std::filesystem::path folder_;
  std::vector<Graft> grafts_;
  std::vector<Failure> failures_;
};

}  // namespace windtunnel
