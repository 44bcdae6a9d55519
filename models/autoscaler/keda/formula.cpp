#include "models/autoscaler/keda/formula.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "models/scenario/nearest.hpp"
#include "sim/random/math.hpp"

namespace windtunnel::keda {
namespace {

// Of a value, and of what an expression is known to have before it is worked out (kAny: not known).
enum class Type { kNil, kBool, kInt, kFloat, kArray, kAny };

struct Value {
  Type type = Type::kNil;
  double number = 0;  // of a bool, 0 or 1
  std::vector<Value> items;
};

// A step that Go would not take, as arithmetic with nil.
struct Failed {};

bool is_number(Type type) { return type == Type::kInt || type == Type::kFloat; }
bool may_be_number(Type type) { return is_number(type) || type == Type::kAny; }
bool may_be(Type type, Type wanted) { return type == wanted || type == Type::kAny; }

Value of_number(double number, bool whole) { return {whole ? Type::kInt : Type::kFloat, number, {}}; }
Value of_bool(bool truth) { return {Type::kBool, truth ? 1.0 : 0.0, {}}; }

double number_of(const Value& value) {
  if (!is_number(value.type)) throw Failed{};
  return value.number;
}
bool truth_of(const Value& value) {
  if (value.type != Type::kBool) throw Failed{};
  return value.number != 0;
}
const std::vector<Value>& items_of(const Value& value) {
  if (value.type != Type::kArray) throw Failed{};
  return value.items;
}

bool equal(const Value& a, const Value& b) {
  if (is_number(a.type) && is_number(b.type)) return a.number == b.number;
  return a.type == b.type && a.number == b.number &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), equal);
}

// What needs no logarithm gets none: rounding is the processor's then.
double power(double base, double exponent) {
  if (exponent != std::trunc(exponent) || std::abs(exponent) > 1024) {
    if (base <= 0) return std::pow(base, exponent);  // zero, infinite or no number, exactly
    return exp_of(exponent * log_of(base));
  }
  double out = 1;
  for (auto left = static_cast<std::int64_t>(std::abs(exponent)); left > 0; left /= 2, base *= base)
    if (left % 2 == 1) out *= base;
  return exponent < 0 ? 1 / out : out;
}

enum class Op {
  kLiteral,
  kVariable,
  kElement,
  kArray,
  kNegate,
  kPlus,
  kNot,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
  kPower,
  kEqual,
  kUnequal,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kAnd,
  kOr,
  kElse,
  kCondition,
  kAbs,
  kCeil,
  kFloor,
  kRound,
  kInt,
  kFloat,
  kMax,
  kMin,
  kMean,
  kMedian,
  kLen,
  kFirst,
  kLast,
  kSum,
  kCount,
  kAnyOf,
  kAllOf,
  kNoneOf,
  kOneOf,
  kFilter,
  kMap,
  kFind,
};

// What a function takes: one number, numbers and arrays of them, an array, an array and perhaps a closure, both.
enum class Takes { kNumber, kNumbers, kArray, kArrayMaybeClosure, kArrayAndClosure };
struct Function {
  std::string_view name;
  Op op;
  Takes takes;
  Type type;
};
constexpr std::array kFunctions = {
    Function{"abs", Op::kAbs, Takes::kNumber, Type::kAny},
    Function{"ceil", Op::kCeil, Takes::kNumber, Type::kFloat},
    Function{"floor", Op::kFloor, Takes::kNumber, Type::kFloat},
    Function{"round", Op::kRound, Takes::kNumber, Type::kFloat},
    Function{"int", Op::kInt, Takes::kNumber, Type::kInt},
    Function{"float", Op::kFloat, Takes::kNumber, Type::kFloat},
    Function{"max", Op::kMax, Takes::kNumbers, Type::kAny},
    Function{"min", Op::kMin, Takes::kNumbers, Type::kAny},
    Function{"mean", Op::kMean, Takes::kNumbers, Type::kFloat},
    Function{"median", Op::kMedian, Takes::kNumbers, Type::kFloat},
    Function{"len", Op::kLen, Takes::kArray, Type::kInt},
    Function{"first", Op::kFirst, Takes::kArray, Type::kAny},
    Function{"last", Op::kLast, Takes::kArray, Type::kAny},
    Function{"sum", Op::kSum, Takes::kArrayMaybeClosure, Type::kAny},
    Function{"count", Op::kCount, Takes::kArrayMaybeClosure, Type::kInt},
    Function{"any", Op::kAnyOf, Takes::kArrayAndClosure, Type::kBool},
    Function{"all", Op::kAllOf, Takes::kArrayAndClosure, Type::kBool},
    Function{"none", Op::kNoneOf, Takes::kArrayAndClosure, Type::kBool},
    Function{"one", Op::kOneOf, Takes::kArrayAndClosure, Type::kBool},
    Function{"filter", Op::kFilter, Takes::kArrayAndClosure, Type::kArray},
    Function{"map", Op::kMap, Takes::kArrayAndClosure, Type::kArray},
    Function{"find", Op::kFind, Takes::kArrayAndClosure, Type::kAny},
};

// As expr-lang's parser/operator has them. 0: the condition's.
constexpr int kNotBinds = 50, kSignBinds = 90;
struct Binary {
  std::string_view text;
  Op op;
  int binds;
  bool from_right = false;
};
constexpr std::array kBinaries = {
    Binary{"or", Op::kOr, 10},        Binary{"||", Op::kOr, 10},           Binary{"and", Op::kAnd, 15},
    Binary{"&&", Op::kAnd, 15},       Binary{"==", Op::kEqual, 20},        Binary{"!=", Op::kUnequal, 20},
    Binary{"<=", Op::kLessEqual, 20}, Binary{">=", Op::kGreaterEqual, 20}, Binary{"<", Op::kLess, 20},
    Binary{">", Op::kGreater, 20},    Binary{"in", Op::kIn, 20},           Binary{"+", Op::kAdd, 30},
    Binary{"-", Op::kSubtract, 30},   Binary{"**", Op::kPower, 100, true}, Binary{"*", Op::kMultiply, 60},
    Binary{"/", Op::kDivide, 60},     Binary{"%", Op::kRemainder, 60},     Binary{"^", Op::kPower, 100, true},
    Binary{"??", Op::kElse, 500},
};
constexpr std::size_t kMostTokens = 2000;
bool compares(Op op) { return op >= Op::kEqual && op <= Op::kIn; }

}  // namespace

struct Formula::Node {
  Op op = Op::kLiteral;
  Type type = Type::kAny;
  std::vector<std::shared_ptr<const Node>> of;
  Value literal;
  std::size_t variable = 0;
};

namespace {

using Node = Formula::Node;
using NodePtr = std::shared_ptr<const Node>;

// --- working it out

class Evaluation {
 public:
  explicit Evaluation(std::span<const std::optional<double>> values) : values_(values) {}

  Value of(const Node& node) {
    switch (node.op) {
      case Op::kLiteral:
        return node.literal;
      case Op::kVariable:
        return values_[node.variable] ? of_number(*values_[node.variable], false) : Value{};
      case Op::kElement:
        return *elements_.back();
      case Op::kArray: {
        Value out{Type::kArray, 0, {}};
        for (const NodePtr& item : node.of) out.items.push_back(of(*item));
        return out;
      }
      case Op::kNot:
        return of_bool(!truth_of(of(*node.of[0])));
      case Op::kAnd:
        return of_bool(truth_of(of(*node.of[0])) && truth_of(of(*node.of[1])));
      case Op::kOr:
        return of_bool(truth_of(of(*node.of[0])) || truth_of(of(*node.of[1])));
      case Op::kElse: {
        Value first = of(*node.of[0]);
        return first.type == Type::kNil ? of(*node.of[1]) : first;
      }
      case Op::kCondition:
        return of(*node.of[truth_of(of(*node.of[0])) ? 1 : 2]);
      default:
        if (node.op >= Op::kLen) return of_array(node);
        if (node.op >= Op::kAbs) return of_numbers(node);
        return node.of.size() == 1 ? signed_number(node) : of_two(node);
    }
  }

 private:
  Value signed_number(const Node& node) {
    Value value = of(*node.of[0]);
    const double number = number_of(value);
    if (node.op == Op::kNegate) value.number = -number;
    return value;
  }

  Value of_two(const Node& node) {
    const Value left = of(*node.of[0]), right = of(*node.of[1]);
    if (node.op == Op::kEqual) return of_bool(equal(left, right));
    if (node.op == Op::kUnequal) return of_bool(!equal(left, right));
    if (node.op == Op::kIn)
      return of_bool(std::any_of(items_of(right).begin(), items_of(right).end(),
                                 [&](const Value& item) { return equal(left, item); }));
    const double a = number_of(left), b = number_of(right);
    const bool whole = left.type == Type::kInt && right.type == Type::kInt;
    switch (node.op) {
      case Op::kAdd:
        return of_number(a + b, whole);
      case Op::kSubtract:
        return of_number(a - b, whole);
      case Op::kMultiply:
        return of_number(a * b, whole);
      case Op::kDivide:
        return of_number(a / b, false);
      case Op::kRemainder:
        if (!whole || b == 0) throw Failed{};
        return of_number(std::fmod(a, b), true);
      case Op::kPower:
        return of_number(power(a, b), false);
      case Op::kLess:
        return of_bool(a < b);
      case Op::kLessEqual:
        return of_bool(a <= b);
      case Op::kGreater:
        return of_bool(a > b);
      default:
        return of_bool(a >= b);
    }
  }

  Value of_numbers(const Node& node) {
    if (node.op >= Op::kMax) return aggregate(node);
    const Value value = of(*node.of[0]);
    const double number = number_of(value);
    switch (node.op) {
      case Op::kAbs:
        return of_number(std::abs(number), value.type == Type::kInt);
      case Op::kCeil:
        return of_number(std::ceil(number), false);
      case Op::kFloor:
        return of_number(std::floor(number), false);
      case Op::kRound:
        return of_number(std::round(number), false);
      case Op::kInt:
        return of_number(std::trunc(number), true);
      default:
        return of_number(number, false);
    }
  }

  Value aggregate(const Node& node) {
    std::vector<Value> all;
    for (const NodePtr& argument : node.of) {
      Value value = of(*argument);
      if (value.type == Type::kArray)
        all.insert(all.end(), value.items.begin(), value.items.end());
      else
        all.push_back(std::move(value));
    }
    double sum = 0;
    for (const Value& value : all) sum += number_of(value);
    const auto less = [](const Value& a, const Value& b) { return a.number < b.number; };
    const auto count = static_cast<double>(all.size());
    if (node.op == Op::kMean) return of_number(all.empty() ? 0 : sum / count, false);
    if (node.op == Op::kMedian) {
      if (all.empty()) return of_number(0, false);
      std::stable_sort(all.begin(), all.end(), less);
      const double upper = all[all.size() / 2].number;
      return of_number(all.size() % 2 == 1 ? upper : (all[all.size() / 2 - 1].number + upper) / 2, false);
    }
    if (all.empty()) throw Failed{};
    return node.op == Op::kMax ? *std::max_element(all.begin(), all.end(), less)
                               : *std::min_element(all.begin(), all.end(), less);
  }

  Value of_array(const Node& node) {
    const Value array = of(*node.of[0]);
    const std::vector<Value>& items = items_of(array);
    if (node.op == Op::kLen) return of_number(static_cast<double>(items.size()), true);
    if (node.op == Op::kFirst) return items.empty() ? Value{} : items.front();
    if (node.op == Op::kLast) return items.empty() ? Value{} : items.back();
    const bool closure = node.of.size() == 2;
    std::int64_t hits = 0;
    Value sum = of_number(0, true), kept{Type::kArray, 0, {}};
    for (const Value& item : items) {
      elements_.push_back(&item);
      Value told = closure ? of(*node.of[1]) : item;
      elements_.pop_back();
      if (node.op == Op::kMap) {
        kept.items.push_back(std::move(told));
      } else if (node.op == Op::kSum) {
        sum = of_number(sum.number + number_of(told), sum.type == Type::kInt && told.type == Type::kInt);
      } else if (truth_of(told)) {
        ++hits;
        if (node.op == Op::kFind) return item;
        kept.items.push_back(item);
      }
    }
    const auto all = static_cast<std::int64_t>(items.size());
    switch (node.op) {
      case Op::kSum:
        return sum;
      case Op::kCount:
        return of_number(static_cast<double>(hits), true);
      case Op::kAnyOf:
        return of_bool(hits > 0);
      case Op::kAllOf:
        return of_bool(hits == all);
      case Op::kNoneOf:
        return of_bool(hits == 0);
      case Op::kOneOf:
        return of_bool(hits == 1);
      case Op::kFind:
        return {};
      default:
        return kept;
    }
  }

  std::span<const std::optional<double>> values_;
  std::vector<const Value*> elements_;  // that # stands for, the innermost closure's last
};

// --- reading it

struct Wrong {
  std::size_t at;
  std::string what;
};

struct Token {
  enum class Kind { kNumber, kName, kSign, kEnd } kind = Kind::kEnd;
  std::string_view text;
  std::size_t at = 0;
};

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::vector<Token> tokens_of(std::string_view text) {
  constexpr std::array<std::string_view, 9> kLong = {"**", "&&", "||", "==", "!=", "<=", ">=", "??", ".."};
  constexpr std::string_view kShort = "+-*/%^<>!?:,()[]{}#|.=;";
  std::vector<Token> out;
  std::size_t at = 0;
  const auto take = [&](Token::Kind kind, std::size_t length) {
    out.push_back({kind, text.substr(at, length), at});
    at += length;
  };
  while (at < text.size()) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at;
    } else if (begins_name(c)) {
      std::size_t end = at + 1;
      while (end < text.size() && (begins_name(text[end]) || is_digit(text[end]))) ++end;
      take(Token::Kind::kName, end - at);
    } else if (is_digit(c) || (c == '.' && at + 1 < text.size() && is_digit(text[at + 1]))) {
      std::size_t end = at;
      const auto digits = [&] {
        while (end < text.size() && (is_digit(text[end]) || text[end] == '_')) ++end;
      };
      digits();
      if (end + 1 < text.size() && text[end] == '.' && text[end + 1] != '.') {
        ++end;
        digits();
      }
      if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
        std::size_t exponent = end + 1;
        if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
        if (exponent < text.size() && is_digit(text[exponent])) {
          end = exponent;
          digits();
        }
      }
      take(Token::Kind::kNumber, end - at);
    } else if (c == '"' || c == '\'' || c == '`') {
      throw Wrong{at, "text is not simulated; triggers are numbers"};
    } else if (std::find(kLong.begin(), kLong.end(), text.substr(at, 2)) != kLong.end()) {
      take(Token::Kind::kSign, 2);
    } else if (kShort.find(c) != std::string_view::npos) {
      take(Token::Kind::kSign, 1);
    } else {
      throw Wrong{at, in_quotes(text.substr(at, 1)) + " means nothing here"};
    }
  }
  out.push_back({Token::Kind::kEnd, {}, text.size()});
  return out;
}

std::string said_of(Type type) {
  switch (type) {
    case Type::kNil:
      return "nil";
    case Type::kBool:
      return "true or false";
    case Type::kArray:
      return "an array";
    default:
      return "a number";
  }
}

class Parser {
 public:
  Parser(std::string_view text, std::span<const std::string> names) : names_(names), tokens_(tokens_of(text)) {}

  NodePtr formula() {
    // What is worked out term by term is a tree as deep as it has terms.
    if (tokens_.size() > kMostTokens)
      throw Wrong{tokens_[kMostTokens].at, "is longer than " + std::to_string(kMostTokens) + " words and signs"};
    NodePtr root = expression(0);
    if (here().kind != Token::Kind::kEnd) {
      if (is("[") || is(".")) not_simulated(here());
      throw Wrong{here().at, in_quotes(here().text) + " is one too many"};
    }
    want(0, *root, may_be_number(root->type), "a number is wanted in the end");
    return root;
  }

 private:
  NodePtr expression(int least) {
    if (++depth_ > 200) throw Wrong{here().at, "is nested too deeply"};
    const std::size_t at = here().at;
    NodePtr left = operand();
    for (const Binary* binary = this->binary(); binary != nullptr && binary->binds >= least; binary = this->binary()) {
      left = compares(binary->op) ? comparisons(at, std::move(left), *binary) : joined(at, left, *binary);
    }
    if (is("|") || is("..")) not_simulated(here());
    while (least == 0 && is("?")) left = condition(at, left);
    --depth_;
    return left;
  }

  NodePtr joined(std::size_t at, const NodePtr& left, const Binary& binary) {
    ++place_;
    const std::size_t right_at = here().at;
    NodePtr right = expression(binary.from_right ? binary.binds : binary.binds + 1);
    return of_two(binary, at, left, right_at, right);
  }

  // 1 < a < 5 is 1 < a and a < 5.
  NodePtr comparisons(std::size_t at, NodePtr left, const Binary& first) {
    NodePtr all;
    const Binary* binary = &first;
    while (binary != nullptr && compares(binary->op)) {
      ++place_;
      const std::size_t right_at = here().at;
      NodePtr right = expression(binary->binds + 1);
      NodePtr one = of_two(*binary, at, left, right_at, right);
      all = all ? made(Op::kAnd, Type::kBool, {all, one}) : one;
      left = std::move(right);
      at = right_at;
      binary = this->binary();
    }
    return all;
  }

  NodePtr of_two(const Binary& binary, std::size_t left_at, const NodePtr& left, std::size_t right_at,
                 const NodePtr& right) {
    const Type a = left->type, b = right->type;
    const std::string sign = in_quotes(binary.text);
    switch (binary.op) {
      case Op::kAnd:
      case Op::kOr:
        want(left_at, *left, may_be(a, Type::kBool), sign + " joins what is true or false");
        want(right_at, *right, may_be(b, Type::kBool), sign + " joins what is true or false");
        return made(binary.op, Type::kBool, {left, right});
      case Op::kElse:
        return made(binary.op, common(a, b), {left, right});
      case Op::kEqual:
      case Op::kUnequal:
        return made(binary.op, Type::kBool, {left, right});
      case Op::kIn:
        want(right_at, *right, may_be(b, Type::kArray), "\"in\" looks into an array");
        return made(binary.op, Type::kBool, {left, right});
      default:
        break;
    }
    want(left_at, *left, may_be_number(a), sign + " is for numbers");
    want(right_at, *right, may_be_number(b), sign + " is for numbers");
    if (binary.op == Op::kRemainder) {
      want(left_at, *left, a != Type::kFloat, "% is for whole numbers, which int() makes");
      want(right_at, *right, b != Type::kFloat, "% is for whole numbers, which int() makes");
      return made(binary.op, Type::kInt, {left, right});
    }
    if (compares(binary.op)) return made(binary.op, Type::kBool, {left, right});
    const bool whole = a == Type::kInt && b == Type::kInt && binary.op != Op::kDivide && binary.op != Op::kPower;
    return made(binary.op, whole ? Type::kInt : Type::kFloat, {left, right});
  }

  NodePtr condition(std::size_t at, const NodePtr& left) {
    ++place_;
    if (is(":")) {  // a ?: b
      ++place_;
      NodePtr otherwise = expression(0);
      want(at, *left, may_be(left->type, Type::kBool), "\"?\" asks what is true or false");
      return made(Op::kCondition, common(left->type, otherwise->type), {left, left, otherwise});
    }
    want(at, *left, may_be(left->type, Type::kBool), "\"?\" asks what is true or false");
    NodePtr then = expression(0);
    expect(":");
    NodePtr otherwise = expression(0);
    return made(Op::kCondition, common(then->type, otherwise->type), {left, then, otherwise});
  }

  static Type common(Type a, Type b) { return a == b ? a : is_number(a) && is_number(b) ? Type::kFloat : Type::kAny; }

  NodePtr operand() {
    const Token token = here();
    const bool negates = is("!") || is_name("not");
    if (negates || is("-") || is("+")) {
      ++place_;
      const std::size_t at = here().at;
      NodePtr of = expression(negates ? kNotBinds : kSignBinds);
      if (negates) {
        want(at, *of, may_be(of->type, Type::kBool), in_quotes(token.text) + " is for what is true or false");
        return made(Op::kNot, Type::kBool, {of});
      }
      want(at, *of, may_be_number(of->type), in_quotes(token.text) + " is for numbers");
      return made(token.text == "-" ? Op::kNegate : Op::kPlus, of->type, {of});
    }
    if (token.kind == Token::Kind::kNumber) return number();
    if (token.kind == Token::Kind::kName) return named();
    ++place_;
    if (token.text == "(") {
      NodePtr inner = expression(0);
      expect(")");
      return checked(inner);
    }
    if (token.text == "[") return array();
    if (token.text == "#") {
      if (closures_ == 0) throw Wrong{token.at, "# is for closures: count([a, b], # > 1)"};
      if (here().kind == Token::Kind::kName) not_simulated(here());
      return checked(made(Op::kElement, Type::kAny, {}));
    }
    --place_;
    if (token.kind == Token::Kind::kEnd) throw Wrong{token.at, "it ends where a number, a trigger or a function fits"};
    throw Wrong{token.at, in_quotes(token.text) + " stands where a number, a trigger or a function fits"};
  }

  NodePtr number() {
    const Token token = here();
    std::string digits;
    for (const char c : token.text)
      if (c != '_') digits += c;
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
      throw Wrong{token.at, in_quotes(token.text) + " is no number"};
    ++place_;
    const bool whole = digits.find_first_of(".eE") == std::string::npos;
    return literal(of_number(value, whole));
  }

  NodePtr named() {
    const Token token = here();
    ++place_;
    if (token.text == "true" || token.text == "false") return literal(of_bool(token.text == "true"));
    if (token.text == "nil") return literal({});
    for (const std::string_view keyword : {"let", "if", "matches", "contains", "startsWith", "endsWith"})
      if (token.text == keyword) not_simulated(token);
    if (is("(")) return checked(call(token));
    const auto found = std::find(names_.begin(), names_.end(), token.text);
    if (found == names_.end()) unknown(token);
    auto node = std::make_shared<Node>();
    node->op = Op::kVariable;
    node->type = Type::kFloat;
    node->variable = static_cast<std::size_t>(found - names_.begin());
    return checked(node);
  }

  [[noreturn]] void unknown(const Token& token) const {
    const std::string start = std::string(token.text) + "-";
    for (const std::string& name : names_)
      if (name.starts_with(start))
        throw Wrong{token.at, in_quotes(token.text) + " is no trigger's name: in " + in_quotes(name) +
                                  " - would be a minus, so it needs another name, with _"};
    throw Wrong{token.at,
                in_quotes(token.text) + " is no trigger's name" +
                    (names_.empty() ? "; no trigger has one"
                                    : suggestion(token.text, std::vector(names_.begin(), names_.end()), "names"))};
  }

  NodePtr array() {
    std::vector<NodePtr> items;
    while (!is("]")) {
      items.push_back(expression(0));
      if (!is("]")) expect(",");
    }
    ++place_;
    return checked(made(Op::kArray, Type::kArray, std::move(items)));
  }

  NodePtr call(const Token& name) {
    const auto found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                    [&](const Function& function) { return function.name == name.text; });
    if (found == kFunctions.end()) {
      std::string known;
      for (const Function& one : kFunctions) known += (known.empty() ? "" : ", ") + std::string(one.name);
      throw Wrong{name.at, in_quotes(name.text) + " is not simulated; these functions are: " + known};
    }
    ++place_;
    const bool of_array = found->takes >= Takes::kArray;
    std::vector<NodePtr> arguments;
    while (!is(")")) {
      const std::size_t at = here().at;
      const bool closure = of_array && arguments.size() == 1 && found->takes != Takes::kArray;
      NodePtr argument = closure ? this->closure() : expression(0);
      const Type type = argument->type;
      const std::string function(found->name);
      if (found->takes == Takes::kNumber) want(at, *argument, may_be_number(type), function + " is of a number");
      if (found->takes == Takes::kNumbers)
        want(at, *argument, may_be_number(type) || type == Type::kArray, function + " is of numbers and arrays");
      if (of_array && !closure) want(at, *argument, may_be(type, Type::kArray), function + " is of an array");
      if (closure && found->op == Op::kSum)
        want(at, *argument, may_be_number(type), "sum adds numbers");
      else if (closure && found->op != Op::kMap)
        want(at, *argument, may_be(type, Type::kBool), function + " asks what is true or false");
      arguments.push_back(std::move(argument));
      if (!is(")")) expect(",");
    }
    ++place_;
    const std::size_t count = arguments.size();
    const bool fits = found->takes == Takes::kNumbers             ? count >= 1
                      : found->takes == Takes::kArrayAndClosure   ? count == 2
                      : found->takes == Takes::kArrayMaybeClosure ? count == 1 || count == 2
                                                                  : count == 1;
    if (!fits)
      throw Wrong{name.at, std::string(name.text) + " has " + std::to_string(count) +
                               (count == 1 ? " argument; " : " arguments; ") +
                               (found->takes == Takes::kNumbers             ? "at least one fits"
                                : found->takes == Takes::kArrayAndClosure   ? "an array and a closure fit"
                                : found->takes == Takes::kArrayMaybeClosure ? "an array, and a closure if wanted, fit"
                                                                            : "one fits")};
    const Type type = found->op == Op::kAbs ? arguments[0]->type : found->type;
    return made(found->op, type, std::move(arguments));
  }

  NodePtr closure() {
    const bool braces = is("{");
    if (braces) ++place_;
    ++closures_;
    NodePtr inside = expression(0);
    --closures_;
    if (braces) expect("}");
    return inside;
  }

  // Something has ended after which indices and members could follow.
  NodePtr checked(NodePtr node) const {
    if (is("[") || is(".")) not_simulated(here());
    return node;
  }

  static NodePtr made(Op op, Type type, std::vector<NodePtr> of) {
    auto node = std::make_shared<Node>();
    node->op = op;
    node->type = type;
    node->of = std::move(of);
    return node;
  }
  static NodePtr literal(Value value) {
    auto node = std::make_shared<Node>();
    node->type = value.type;
    node->literal = std::move(value);
    return node;
  }

  const Token& here() const { return tokens_[place_]; }
  bool is(std::string_view sign) const { return here().kind == Token::Kind::kSign && here().text == sign; }
  bool is_name(std::string_view name) const { return here().kind == Token::Kind::kName && here().text == name; }
  const Binary* binary() const {
    if (here().kind != Token::Kind::kSign && here().kind != Token::Kind::kName) return nullptr;
    const auto found =
        std::find_if(kBinaries.begin(), kBinaries.end(), [&](const Binary& one) { return one.text == here().text; });
    return found == kBinaries.end() ? nullptr : &*found;
  }
  void expect(std::string_view sign) {
    if (!is(sign))
      throw Wrong{here().at, (here().kind == Token::Kind::kEnd ? "it ends" : in_quotes(here().text) + " stands") +
                                 " where " + in_quotes(sign) + " fits"};
    ++place_;
  }
  static void want(std::size_t at, const Node& node, bool fits, const std::string& why) {
    if (!fits) throw Wrong{at, why + ", and this is " + said_of(node.type)};
  }
  [[noreturn]] static void not_simulated(const Token& token) {
    throw Wrong{token.at, in_quotes(token.text) + " is expr-lang's, but is not simulated here"};
  }

  std::span<const std::string> names_;
  std::vector<Token> tokens_;
  std::size_t place_ = 0;
  int closures_ = 0, depth_ = 0;
};

}  // namespace

std::string Formula::parse(std::string_view text, std::span<const std::string> names, Formula& out) {
  try {
    Formula read;
    read.root_ = Parser(text, names).formula();
    // KEDA's admission tries it with -1 for every trigger.
    const std::vector<std::optional<double>> tried(names.size(), -1.0);
    if (read.value(tried).kind == Result::Kind::kFailed)
      return "cannot be worked out where every trigger is -1, which is what KEDA tries before it takes a formula";
    out = std::move(read);
    return {};
  } catch (const Wrong& wrong) {
    return "at character " + std::to_string(wrong.at + 1) + ": " + wrong.what;
  }
}

Formula::Result Formula::value(std::span<const std::optional<double>> values) const {
  try {
    const Value value = Evaluation(values).of(*root_);
    if (value.type == Type::kNil) return {Result::Kind::kNil, 0};
    return {Result::Kind::kNumber, number_of(value)};
  } catch (const Failed&) {
    return {};
  }
}

}  // namespace windtunnel::keda
