#include "models/admission/rate_limiter.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 3> kPerNames = {"service", "class", "client"};

}  // namespace

void RateLimiterParams::describe(FieldVisitor& v) {
  describe_limiter(v);
  v.choice(
      "per", per, kPerNames,
      "Who is counted together: all requests of the service, those of a class, or those of a client (a number that "
      "traffic draws from its \"clients\"; a calling service is one client; without \"clients\" all are strangers "
      "who come once, and pass)");
  v.field("classes", classes, "Request classes that it is for; the others pass. Empty: all");
}

bool RateLimiterParams::concerns(const std::string& request_class) const {
  return classes.empty() || std::find(classes.begin(), classes.end(), request_class) != classes.end();
}

}  // namespace windtunnel
