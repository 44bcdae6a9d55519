#include <algorithm>
#include <cassert>

#include "models/instance/instance.hpp"

namespace windtunnel {
namespace {

struct LaterFinish {
  bool operator()(const SharedCores::Job& a, const SharedCores::Job& b) const {
    return a.finish != b.finish ? a.finish > b.finish : a.request > b.request;
  }
};

}  // namespace

double SharedCores::rate_per_job(double stretch) const {
  const double n = static_cast<double>(jobs.size());
  return (n <= cores ? 1.0 : cores / n) * granted / stretch;
}

void SharedCores::advance(std::int64_t now, double stretch, bool paused) {
  if (!jobs.empty() && !paused && !frozen) {
    const double elapsed = static_cast<double>(now - updated);
    virtual_now += elapsed * rate_per_job(stretch);
    used_ns += elapsed * wanted() * granted;
    if (granted < 1) withheld_ns += elapsed * wanted() * (1 - granted);
  }
  updated = now;
}

void SharedCores::add(std::uint32_t request, double work) {
  if (jobs.empty()) virtual_now = 0;  // keeps the virtual clock's resolution over long runs
  jobs.push_back({virtual_now + work, request});
  std::push_heap(jobs.begin(), jobs.end(), LaterFinish{});
}

std::uint32_t SharedCores::pop() {
  const std::uint32_t request = jobs.front().request;
  std::pop_heap(jobs.begin(), jobs.end(), LaterFinish{});
  jobs.pop_back();
  return request;
}

void SharedCores::remove(std::uint32_t request) {
  const auto job = std::find_if(jobs.begin(), jobs.end(), [&](const Job& j) { return j.request == request; });
  assert(job != jobs.end());
  jobs.erase(job);
  std::make_heap(jobs.begin(), jobs.end(), LaterFinish{});
}

}  // namespace windtunnel
