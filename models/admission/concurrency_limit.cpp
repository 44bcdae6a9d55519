#include "models/admission/concurrency_limit.hpp"

#include <array>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kPerNames = {"service", "instance"};

}  // namespace

void ConcurrencyLimitParams::describe(FieldVisitor& v) {
  describe_limit(v);
  v.choice(
      "per", per, kPerNames,
      "Where the limit is kept: once in front of the service, as by a gateway, or in each instance, as by a library");
}

}  // namespace windtunnel
