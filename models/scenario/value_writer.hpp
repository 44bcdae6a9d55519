#pragma once

#include <optional>

#include "models/scenario/json_document.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel {

// A described value in the format's own spelling; nothing for what is absent (an empty optional or choice) and for what
// JSON cannot hold. `unit` is what the distribution around it draws, if it is part of one.
std::optional<JsonNode> write_value(FieldVisitor::Value& value, std::optional<Unit> unit = std::nullopt);
JsonNode write_object(ObjectView& object);

template <class T>
JsonNode write_described(T& source) {
  detail::ObjectOf<T> view(source);
  return write_object(view);
}

}  // namespace windtunnel
