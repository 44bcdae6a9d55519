#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// Clients that come back to the instance that served them.
struct StickySessions {
  enum class Kept { kCookie, kClientIp };

  Kept by = Kept::kCookie;
  Duration timeout = std::chrono::hours{24};

  void describe(FieldVisitor& v);
};

// Which instance each client is bound to.
class Sessions {
 public:
  explicit Sessions(Duration timeout) : timeout_(timeout) {}

  // The backend of the client's session; none: it has no session, or was away for longer than the timeout.
  std::optional<std::uint32_t> of(std::uint64_t client, Time now) const;
  // Serves the client's request there, which starts its time anew. A session that was elsewhere is lost.
  void bind(std::uint64_t client, std::uint32_t number, Time now);

  // Since counting began:
  void count_anew() { begun_ = lost_ = 0; }
  std::uint64_t begun() const { return begun_; }
  std::uint64_t lost() const { return lost_; }

 private:
  struct Session {
    std::uint32_t number;
    Time last;
  };
  Duration timeout_;
  std::unordered_map<std::uint64_t, Session> sessions_;  // looked up only
  std::uint64_t begun_ = 0, lost_ = 0;
};

}  // namespace windtunnel
