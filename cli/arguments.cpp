#include "cli/arguments.hpp"

#include <string_view>

#include "cli/verbs.hpp"

namespace windtunnel::cli {

std::vector<Override> overrides_of(const std::vector<std::string>& set) {
  std::vector<Override> overrides;
  for (const std::string& text : set) {
    const auto sign = text.find('=');
    if (sign == std::string::npos || sign == 0)
      throw UsageError("--set wants path=value, as in --set services.checkout.replicas=9; it was given \"" + text +
                       "\"");
    overrides.push_back({text.substr(0, sign), text.substr(sign + 1)});
  }
  return overrides;
}

std::string shell_word(const std::string& word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./=:,+@%").find(c) != std::string_view::npos;
  };
  bool simple = !word.empty();
  for (const char c : word) simple = simple && plain(c);
  if (simple) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace windtunnel::cli
