#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/scenario/issue.hpp"
#include "models/scenario/json_document.hpp"
#include "models/scenario/manifest.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel {

// Collects what is wrong with a document and where. Values that came from `--set` have no line; their issues name the
// override instead, and those of a manifest that file and their place in it.
class IssueCollector {
 public:
  // `overrides` are the paths that JsonNode::origin indexes. `root` must outlive the collector.
  IssueCollector(const JsonNode& root, std::string file, std::vector<std::string> overrides = {},
                 std::vector<Graft> grafts = {})
      : root_(root), file_(std::move(file)), overrides_(std::move(overrides)), grafts_(std::move(grafts)) {}

  void error(const std::string& pointer, std::string message) { error(issue(pointer, std::move(message)), pointer); }
  void warning(const std::string& pointer, std::string message) {
    warnings_.push_back(issue(pointer, std::move(message)));
  }
  // The issue of a value of the document.
  Issue issue(const std::string& pointer, std::string message) const;
  // Of another file; what is wrong with it makes the value at `pointer` unsound, if one is named.
  void error(Issue issue, std::optional<std::string_view> pointer = std::nullopt);
  void warning(Issue issue) { warnings_.push_back(std::move(issue)); }
  // At a key, rather than at its value.
  void error_at_key(const std::string& pointer, const JsonNode::Key& key, int origin, std::string message) {
    error(issue(pointer, std::move(message), key.line, key.column, origin), pointer);
  }

  std::size_t error_count() const { return errors_.size(); }
  // No error at or above the pointer: the value there is what the document says, save perhaps for parts of it.
  bool readable(std::string_view pointer) const;
  // No error at, above or below it.
  bool sound(std::string_view pointer) const;

  // In the order of the document; what has no line comes last.
  std::vector<Issue> take_errors();
  std::vector<Issue> take_warnings();

 private:
  Issue issue(const std::string& pointer, std::string message, int line, int column, int origin) const;

  const JsonNode& root_;
  std::string file_;
  std::vector<std::string> overrides_;
  std::vector<Graft> grafts_;
  std::vector<Issue> errors_, warnings_;
  std::vector<std::string> unsound_;  // pointers as written
};

// What a structure's check() or load() reports, at its place in the document; pointers are relative to `prefix`. A line
// of a data file becomes the issue's file and line, where that file can be found from `folder`; what concerns the file
// as a whole is at the field that names it.
class ProblemsAt final : public Problems {
 public:
  ProblemsAt(IssueCollector& issues, std::string prefix, std::string folder = {})
      : issues_(issues), prefix_(std::move(prefix)), folder_(std::move(folder)) {}
  void error(std::string_view at, std::string message) override { issues_.error(pointer(at), std::move(message)); }
  void warning(std::string_view at, std::string message) override { issues_.warning(pointer(at), std::move(message)); }
  void file_error(std::string_view at, const FilePlace& place, std::string message) override {
    issues_.error(in_file(at, place, std::move(message)));
  }
  void file_warning(std::string_view at, const FilePlace& place, std::string message) override {
    issues_.warning(in_file(at, place, std::move(message)));
  }

 private:
  std::string pointer(std::string_view at) const { return prefix_ + std::string(at); }
  Issue in_file(std::string_view at, const FilePlace& place, std::string message) const;

  IssueCollector& issues_;
  std::string prefix_;
  std::string folder_;
};

// Fills a described object from a JSON object: strict (unknown keys, missing keys, wrong types, units that do not fit
// and values out of bounds are errors), then check() of each part that was read without error. Returns whether the
// whole was, so that its own check() has been run.
bool read_object(const JsonNode& node, ObjectView& target, IssueCollector& issues);

template <class T>
bool read_value(const JsonNode& root, T& target, IssueCollector& issues) {
  detail::ObjectOf<T> view(target);
  return read_object(root, view, issues);
}

}  // namespace windtunnel
