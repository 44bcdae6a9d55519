#pragma once

#include <map>
#include <memory>

#include "models/admission/too_busy.hpp"
#include "models/replication/replication.hpp"

namespace windtunnel {

// Of a service whose event loops turn requests away when they are late.
struct Replication::Shedder {
  struct Process {
    SmoothedLag lag;
    std::int64_t due = -1;  // of its timer, while that waits for the loop; -1: it does not
  };
  const TooBusy* params = nullptr;
  std::unique_ptr<Stream> words;
  std::map<std::uint32_t, Process> processes;  // by station
};

}  // namespace windtunnel
