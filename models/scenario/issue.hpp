#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace windtunnel {

struct Issue {
  std::string file;  // as it was named; "" for text without a file
  int line = 0;      // 1-based; 0: unknown (a value that came from --set)
  int column = 0;
  std::string pointer;       // JSON pointer, "" is the document
  std::string message;       // what was found, what fits, "did you mean"
  std::string text() const;  // "flash-sale.json:12:9: /services/checkout/replicas: …"
};

// A scenario or trace that cannot be used, with everything that is wrong with it. what() is all issues, a line each.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::vector<Issue> issues);
  const std::vector<Issue>& issues() const { return issues_; }

 private:
  std::vector<Issue> issues_;
};

}  // namespace windtunnel
