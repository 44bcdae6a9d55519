#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A JSON text as a tree that knows where each value stood. Comments are allowed; duplicate keys are problems.
namespace windtunnel {

struct JsonNode {
  enum class Kind { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };
  struct Key {
    std::string text;
    int line = 0, column = 0;
  };

  Kind kind = Kind::kNull;
  bool boolean = false;
  std::int64_t integer = 0;     // kInteger
  double number = 0;            // kInteger and kNumber
  std::string text;             // a string's value; a number as it was written
  std::vector<JsonNode> items;  // elements, or an object's values
  std::vector<Key> keys;        // an object's keys, in order, one for each item
  int line = 0, column = 0;     // 1-based, columns count characters; 0: not from a text
  int origin = -1;              // index of the override it came from; -1: the document

  bool is_number() const { return kind == Kind::kInteger || kind == Kind::kNumber; }
  bool is_scalar() const { return kind != Kind::kArray && kind != Kind::kObject; }
  // The value of a key of an object, null if there is none (or this is no object).
  const JsonNode* find(std::string_view key) const;
  JsonNode* find(std::string_view key);

  static JsonNode of(bool value);
  static JsonNode of(std::int64_t value);
  static JsonNode of(double value);
  static JsonNode of(std::string_view value);
  static JsonNode of(const char* value) { return of(std::string_view(value)); }
  static JsonNode array();
  static JsonNode object();
  JsonNode& add(std::string_view key, JsonNode value);  // to an object; returns the value in its place
  JsonNode& add(JsonNode value);                        // to an array
};

struct JsonProblem {
  int line = 0, column = 0;
  std::string pointer;
  std::string message;
};

struct JsonDocument {
  JsonNode root;
  std::vector<JsonProblem> problems;
  bool complete = false;  // false: the text broke off at a syntax error, and `root` holds what came before it
};

// Never throws for whatever bytes; nesting deeper than kDeepestNesting is a problem.
inline constexpr std::size_t kDeepestNesting = 200;
JsonDocument parse_json(std::string_view text);

// Indented by two; what fits on a line stays on one.
std::string print_json(const JsonNode& node);
std::string print_json_line(const JsonNode& node);  // without line breaks

// --- JSON pointers (RFC 6901) ---
std::string pointer_token(std::string_view key);  // escaped, without the "/"
std::vector<std::string> pointer_tokens(std::string_view pointer);
// The node a pointer leads to, or the last one on the way that exists.
const JsonNode& nearest_node(const JsonNode& root, std::string_view pointer);
// The pointer as it is in the document where an item of a list stands for the list: without the item's "/0".
std::string written_pointer(const JsonNode& root, std::string_view pointer);

}  // namespace windtunnel
