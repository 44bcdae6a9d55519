#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace windtunnel::keda {

// A formula of scalingModifiers, in the language of expr-lang (v1.17) as far as it concerns numbers: + - * / % ** ^,
// comparisons, && || ! (and, or, not), ?:, ??, in, arrays, and functions of numbers and arrays, with # in a closure.
class Formula {
 public:
  // What is wrong with the text, and where, as the end of a sentence; empty if nothing: `out` is set only then.
  // `names`: of the triggers, which are its variables.
  static std::string parse(std::string_view text, std::span<const std::string> names, Formula& out);

  struct Result {
    enum class Kind { kNumber, kNil, kFailed } kind = Kind::kFailed;
    double number = 0;
  };
  // With the triggers' values, in the order of their names; none is nil.
  Result value(std::span<const std::optional<double>> values) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace windtunnel::keda
