#pragma once

#include <span>
#include <string>
#include <string_view>

namespace windtunnel {

// The candidate that somebody who wrote `word` most likely meant; empty if none is near. Spelling styles (case, _ and
// -) do not count as differences; among equally near candidates the first wins.
std::string nearest_name(std::string_view word, std::span<const std::string> candidates);

// "; did you mean "replicas"?" or, when nothing is near and they are few, "; known …: a, b, c". `known` is what to call
// them, e.g. "services"; empty candidates give an empty text.
std::string suggestion(std::string_view word, std::span<const std::string> candidates, std::string_view known);

// The text in double quotes, shortened if long, with control characters made visible.
std::string in_quotes(std::string_view text);

}  // namespace windtunnel
