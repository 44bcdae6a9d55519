#include "models/load_balancer/sessions.hpp"

#include <array>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kKeptNames = {"cookie", "client_ip"};

}  // namespace

void StickySessions::describe(FieldVisitor& v) {
  v.choice("by", by, kKeptNames,
           "cookie: the client shows where it belongs, to whichever balancer; client_ip: each balancer remembers its "
           "own clients, as kube-proxy does");
  v.field(
      "timeout", timeout,
      "A client that stays away for longer has no session any more. AWS' cookies last 24h, kube-proxy's affinity 3h",
      kPositive);
}

std::optional<std::uint32_t> Sessions::of(std::uint64_t client, Time now) const {
  const auto found = sessions_.find(client);
  if (found == sessions_.end() || now - found->second.last > timeout_) return {};
  return found->second.number;
}

void Sessions::bind(std::uint64_t client, std::uint32_t number, Time now) {
  const auto [entry, fresh] = sessions_.try_emplace(client, Session{number, now});
  Session& session = entry->second;
  if (fresh || now - session.last > timeout_)
    ++begun_;
  else if (session.number != number)
    ++lost_;
  session = {number, now};
}

}  // namespace windtunnel
