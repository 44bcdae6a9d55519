#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/distribution/distribution.hpp"

// Sets the parameters of a distribution through its description, as the scenario reader does, without a reader.
namespace windtunnel::test {

struct Tree {
  Tree(double n) : number(n) {}  // NOLINT: written in tables
  static Tree list(std::vector<Tree> items) {
    Tree t(0);
    t.items = std::move(items);
    return t;
  }
  static Tree object(std::vector<std::pair<std::string, Tree>> fields) {
    Tree t(0);
    t.fields = std::move(fields);
    return t;
  }
  static Tree choice(std::string type, std::vector<std::pair<std::string, Tree>> fields) {
    Tree t = object(std::move(fields));
    t.type = std::move(type);
    return t;
  }

  double number = 0;
  std::string type;
  std::vector<std::pair<std::string, Tree>> fields;
  std::vector<Tree> items;
};

// Asserts that the type exists and has these fields.
DistributionChoice law(const std::string& type, std::vector<std::pair<std::string, Tree>> fields);

// What check() reports, as "POINTER: message".
std::vector<std::string> problems(DistributionChoice choice);

}  // namespace windtunnel::test
