#include "models/scenario/json_document.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "models/scenario/nearest.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {

const JsonNode* JsonNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i].text == key) return &items[i];
  return nullptr;
}

JsonNode* JsonNode::find(std::string_view key) { return const_cast<JsonNode*>(std::as_const(*this).find(key)); }

JsonNode JsonNode::of(bool value) {
  JsonNode out;
  out.kind = Kind::kBoolean;
  out.boolean = value;
  return out;
}
JsonNode JsonNode::of(std::int64_t value) {
  JsonNode out;
  out.kind = Kind::kInteger;
  out.integer = value;
  out.number = static_cast<double>(value);
  out.text = std::to_string(value);
  return out;
}
JsonNode JsonNode::of(double value) {
  JsonNode out;
  out.kind = Kind::kNumber;
  out.number = value;
  out.text = format_number(value);
  return out;
}
JsonNode JsonNode::of(std::string_view value) {
  JsonNode out;
  out.kind = Kind::kString;
  out.text = value;
  return out;
}
JsonNode JsonNode::array() {
  JsonNode out;
  out.kind = Kind::kArray;
  return out;
}
JsonNode JsonNode::object() {
  JsonNode out;
  out.kind = Kind::kObject;
  return out;
}
JsonNode& JsonNode::add(std::string_view key, JsonNode value) {
  keys.push_back({std::string(key), 0, 0});
  items.push_back(std::move(value));
  return items.back();
}
JsonNode& JsonNode::add(JsonNode value) {
  items.push_back(std::move(value));
  return items.back();
}

// --- pointers
// ---------------------------------------------------------------------------------------------------------

std::string pointer_token(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<std::string> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> out;
  if (pointer.empty()) return out;
  std::size_t i = pointer.front() == '/' ? 1 : 0;
  out.emplace_back();
  for (; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      out.emplace_back();
    } else if (pointer[i] == '~' && i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      out.back() += pointer[++i] == '0' ? '~' : '/';
    } else {
      out.back() += pointer[i];
    }
  }
  return out;
}

namespace {

// The part of a node that a pointer's token names, null if it has none.
const JsonNode* part_of(const JsonNode& node, const std::string& token) {
  if (node.kind == JsonNode::Kind::kObject) return node.find(token);
  if (node.kind != JsonNode::Kind::kArray) return nullptr;
  std::size_t index = 0;
  const auto result = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool whole = result.ec == std::errc() && result.ptr == token.data() + token.size();
  return whole && index < node.items.size() ? &node.items[index] : nullptr;
}

}  // namespace

const JsonNode& nearest_node(const JsonNode& root, std::string_view pointer) {
  const JsonNode* node = &root;
  for (const std::string& token : pointer_tokens(pointer)) {
    const JsonNode* next = part_of(*node, token);
    if (next == nullptr) break;
    node = next;
  }
  return *node;
}

std::string written_pointer(const JsonNode& root, std::string_view pointer) {
  const JsonNode* node = &root;
  std::string out;
  for (const std::string& token : pointer_tokens(pointer)) {
    const JsonNode* next = node == nullptr ? nullptr : part_of(*node, token);
    if (next == nullptr && token == "0" && node != nullptr && node->kind != JsonNode::Kind::kArray) continue;
    out += '/' + pointer_token(token);
    node = next;
  }
  return out;
}

// --- reading
// ----------------------------------------------------------------------------------------------------------
namespace {

struct Position {
  int line = 1, column = 1;
};

// The library's events carry no places. The text between two events is only white space, comments, commas and colons,
// so a cursor that skips those stands on each token when its event arrives.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") {  // a byte order mark takes no column
      at_ = 3;
    }
  }

  Position position() const { return {line_, column_}; }
  std::size_t offset() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }

  void skip_blank() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        step();
      } else if (c == '/' && at_ + 1 < text_.size() && text_[at_ + 1] == '/') {
        while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') step();
      } else if (c == '/' && at_ + 1 < text_.size() && text_[at_ + 1] == '*') {
        const std::size_t close = text_.find("*/", at_ + 2);
        const std::size_t end = close == std::string_view::npos ? text_.size() : close + 2;
        while (at_ < end) step();
      } else {
        return;
      }
    }
  }
  bool skip_one_separator() {
    if (at_end() || (text_[at_] != ',' && text_[at_] != ':')) return false;
    step();
    return true;
  }
  void skip_to_token() {
    do skip_blank();
    while (skip_one_separator());
  }
  // Past the token the cursor stands on; returns it.
  std::string_view skip_token() {
    const std::size_t start = at_;
    if (at_end()) return {};
    if (text_[at_] == '"') {
      step();
      while (!at_end() && text_[at_] != '"') {
        if (text_[at_] == '\\') step();
        if (!at_end()) step();
      }
      if (!at_end()) step();
    } else if (is_word(text_[at_])) {
      while (!at_end() && is_word(text_[at_])) step();
    } else {
      step();
    }
    return text_.substr(start, at_ - start);
  }
  void advance_to(std::size_t offset) {
    while (at_ < offset && !at_end()) step();
  }

 private:
  static bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
           c == '.' || c == '_';
  }
  void step() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if (at_ >= text_.size() || (static_cast<unsigned char>(text_[at_]) & 0xC0U) != 0x80U) {
      ++column_;  // the next byte begins a character
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1, column_ = 1;
};

class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, JsonDocument& out) : text_(text), cursor_(text), out_(out) {}

  // --- events of nlohmann's SAX interface; false stops the parser ---
  bool null() { return scalar(JsonNode{}); }
  bool boolean(bool value) { return scalar(JsonNode::of(value)); }
  bool number_integer(std::int64_t value) { return scalar(JsonNode::of(value)); }
  bool number_unsigned(std::uint64_t value) {
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return scalar(JsonNode::of(static_cast<std::int64_t>(value)));
    return scalar(JsonNode::of(static_cast<double>(value)));
  }
  bool number_float(double value, const std::string&) { return scalar(JsonNode::of(value)); }
  bool string(std::string& value) { return scalar(JsonNode::of(std::string_view(value))); }
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool start_object(std::size_t) { return open(JsonNode::object()); }
  bool start_array(std::size_t) { return open(JsonNode::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& value) {
    cursor_.skip_to_token();
    const Position here = cursor_.position();
    cursor_.skip_token();
    Open& top = open_.back();
    top.token = value;
    top.key_at = here;
    const auto [first, is_new] = top.lines.emplace(value, here.line);
    if (!is_new)
      problem(here, pointer(),
              "the key " + in_quotes(value) + " is here twice; it was first given in line " +
                  std::to_string(first->second));
    return true;
  }
  bool parse_error(std::size_t offset, const std::string& last_token, const nlohmann::detail::exception& e) {
    std::string message = e.what();
    if (const std::size_t bracket = message.find("] "); bracket != std::string::npos) message.erase(0, bracket + 2);
    if (message.find("number overflow") != std::string::npos) {
      cursor_.skip_to_token();
      problem(cursor_.position(), {}, "the number " + in_quotes(last_token) + " is too large");
      return false;
    }
    if (const std::size_t colon = message.find(": ");
        message.rfind("parse error at", 0) == 0 && colon != std::string::npos)
      message.erase(0, colon + 2);
    cursor_.skip_blank();
    if (message.find("invalid string") != std::string::npos || message.find("invalid comment") != std::string::npos) {
      cursor_.advance_to(offset == 0 ? 0 : offset - 1);
      problem(cursor_.position(), {}, "this is not JSON: " + sentence(message));
      return false;
    }
    const bool comma = !cursor_.at_end() && text_[cursor_.offset()] == ',';
    if (cursor_.skip_one_separator()) cursor_.skip_blank();
    std::string hint;
    if (!cursor_.at_end()) {
      const char c = text_[cursor_.offset()];
      if (comma && (c == '}' || c == ']')) {
        hint = "the comma before it has nothing to separate; JSON has no trailing commas";
      } else if (c == '\'') {
        hint = "JSON strings stand in double quotes";
      } else if (message.find("object key") != std::string::npos &&
                 ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
        hint = "keys stand in double quotes";
      } else if (message.find("expected ','") != std::string::npos ||
                 message.find("expected '}'") != std::string::npos ||
                 message.find("expected ']'") != std::string::npos) {
        hint = "is a comma missing before it?";
      }
    } else {
      hint = open_.empty() ? "the text is empty" : "the text ends before everything that was opened is closed";
    }
    problem(cursor_.position(), {}, "this is not JSON: " + sentence(message) + (hint.empty() ? "" : " (" + hint + ")"));
    return false;
  }

 private:
  struct Open {
    JsonNode* node;  // stays put: its container takes no more elements before it is closed
    std::string token;
    Position key_at;
    std::map<std::string, int> lines;
  };

  // "syntax error while parsing object key - unexpected end of input; expected string literal" without the first words.
  static std::string sentence(std::string message) {
    const std::string start = "syntax error ";
    if (message.rfind(start, 0) == 0) message.erase(0, start.size());
    if (const std::size_t dash = message.find(" - "); dash != std::string::npos) message.replace(dash, 3, ": ");
    if (const std::size_t last = message.find("; last read: "); last != std::string::npos) {
      // What was read last repeats the line and may hold broken UTF-8.
      const std::size_t next = message.find("'; expected", last);
      message.erase(last, next == std::string::npos ? std::string::npos : next + 1 - last);
    }
    for (char& c : message)
      if ((static_cast<unsigned char>(c) & 0x80U) != 0 || static_cast<unsigned char>(c) < 0x20) c = '?';
    return message;
  }

  void problem(Position at, std::string where, std::string message) {
    out_.problems.push_back({at.line, at.column, std::move(where), std::move(message)});
  }

  std::string pointer() const {
    std::string out;
    for (const Open& o : open_)
      out += '/' +
             (o.node->kind == JsonNode::Kind::kArray ? std::to_string(o.node->items.size()) : pointer_token(o.token));
    return out;
  }

  JsonNode* place(JsonNode node) {
    if (open_.empty()) {
      out_.root = std::move(node);
      return &out_.root;
    }
    Open& top = open_.back();
    if (top.node->kind == JsonNode::Kind::kObject)
      top.node->keys.push_back({top.token, top.key_at.line, top.key_at.column});
    top.node->items.push_back(std::move(node));
    return &top.node->items.back();
  }

  bool scalar(JsonNode node) {
    cursor_.skip_to_token();
    const Position here = cursor_.position();
    const std::string_view token = cursor_.skip_token();
    if (node.is_number()) node.text = token;
    node.line = here.line;
    node.column = here.column;
    place(std::move(node));
    return true;
  }

  bool open(JsonNode node) {
    cursor_.skip_to_token();
    const Position here = cursor_.position();
    cursor_.skip_token();
    if (open_.size() >= kDeepestNesting) {
      problem(here, {}, "this is nested deeper than " + std::to_string(kDeepestNesting) + " levels");
      return false;
    }
    node.line = here.line;
    node.column = here.column;
    JsonNode* placed = place(std::move(node));
    open_.push_back({placed, {}, {}, {}});
    return true;
  }

  bool close() {
    cursor_.skip_to_token();
    cursor_.skip_token();
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  Cursor cursor_;
  JsonDocument& out_;
  std::vector<Open> open_;
};

}  // namespace

JsonDocument parse_json(std::string_view text) {
  JsonDocument out;
  // The library takes a NUL byte for the end of the text and would not look at what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    Cursor cursor(text);
    cursor.advance_to(nul);
    out.problems.push_back({cursor.position().line, cursor.position().column, {}, "there is a NUL byte in the text"});
    return out;
  }
  TreeBuilder builder(text, out);
  out.complete = nlohmann::json::sax_parse(text.begin(), text.end(), &builder, nlohmann::json::input_format_t::json,
                                           /*strict=*/true, /*ignore_comments=*/true);
  return out;
}

// --- writing
// ----------------------------------------------------------------------------------------------------------
namespace {

constexpr std::size_t kLineWidth = 100;

void print_string(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

void print_inline(const JsonNode& node, std::string& out) {
  switch (node.kind) {
    case JsonNode::Kind::kNull:
      out += "null";
      return;
    case JsonNode::Kind::kBoolean:
      out += node.boolean ? "true" : "false";
      return;
    case JsonNode::Kind::kInteger:
    case JsonNode::Kind::kNumber:
      out += node.text;
      return;
    case JsonNode::Kind::kString:
      print_string(node.text, out);
      return;
    case JsonNode::Kind::kArray:
    case JsonNode::Kind::kObject:
      break;
  }
  const bool is_object = node.kind == JsonNode::Kind::kObject;
  if (node.items.empty()) {
    out += is_object ? "{}" : "[]";
    return;
  }
  out += is_object ? "{ " : "[";
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (i > 0) out += ", ";
    if (is_object) {
      print_string(node.keys[i].text, out);
      out += ": ";
    }
    print_inline(node.items[i], out);
  }
  out += is_object ? " }" : "]";
}

void print_block(const JsonNode& node, std::size_t indent, std::size_t used, std::string& out) {
  std::string line;
  print_inline(node, line);
  if (node.is_scalar() || node.items.empty() || used + line.size() <= kLineWidth) {
    out += line;
    return;
  }
  const bool is_object = node.kind == JsonNode::Kind::kObject;
  out += is_object ? "{\n" : "[\n";
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::size_t start = out.size();
    out.append(indent + 2, ' ');
    if (is_object) {
      print_string(node.keys[i].text, out);
      out += ": ";
    }
    print_block(node.items[i], indent + 2, out.size() - start + 1, out);
    out += i + 1 < node.items.size() ? ",\n" : "\n";
  }
  out.append(indent, ' ');
  out += is_object ? '}' : ']';
}

}  // namespace

std::string print_json(const JsonNode& node) {
  std::string out;
  // A document reads better when its first level is always one to a line.
  print_block(node, 0, node.is_scalar() ? 0 : kLineWidth, out);
  return out + "\n";
}

std::string print_json_line(const JsonNode& node) {
  std::string out;
  print_inline(node, out);
  return out;
}

}  // namespace windtunnel
