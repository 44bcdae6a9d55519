#include "models/run.hpp"

#include <pybind11/stl.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "bind.hpp"

namespace py = pybind11;

namespace windtunnel::python {
namespace {

constexpr auto kPoll = std::chrono::milliseconds{50};

// The simulation runs on a thread of its own and this one watches it: Python delivers signals on the main thread only,
// and a progress function is then always called on the thread that called run(). Whatever Python raises here
// (KeyboardInterrupt, or an exception of the progress function) stops the simulation and goes on to the caller.
std::shared_ptr<Result> run_and_watch(const LoadedScenario& loaded, std::optional<std::uint64_t> seed,
                                      std::optional<std::uint64_t> replications, unsigned threads,
                                      const py::object& progress) {
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  std::atomic<double> share{0};
  std::shared_ptr<Result> result;
  std::exception_ptr failure;  // of the simulation
  std::exception_ptr raised;   // by Python

  {
    const py::gil_scoped_release no_gil;
    std::jthread simulation([&](const std::stop_token& stop) {
      try {
        RunOptions options;
        options.seed = seed;
        options.replications = replications;
        options.threads = threads;
        options.progress = [&](double now) { share.store(now, std::memory_order_relaxed); };
        options.stop = stop;
        result = std::make_shared<Result>(run(loaded.scenario, options));
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex);
      done = true;
      finished.notify_one();
    });

    double told = 0;
    std::unique_lock lock(mutex);
    while (!finished.wait_for(lock, kPoll, [&] { return done; })) {
      if (raised) continue;
      lock.unlock();
      {
        const py::gil_scoped_acquire gil;
        try {
          if (PyErr_CheckSignals() != 0) throw py::error_already_set();
          const double now = share.load(std::memory_order_relaxed);
          if (!progress.is_none() && now > told && now < 1) progress(told = now);
        } catch (const py::error_already_set&) {
          raised = std::current_exception();
          simulation.request_stop();
        }
      }
      lock.lock();
    }
  }
  if (raised) std::rethrow_exception(raised);
  if (failure) std::rethrow_exception(failure);
  if (!progress.is_none()) progress(1.0);
  return result;
}

}  // namespace

void bind_run(py::module_& module) {
  module.def("run", &run_and_watch, py::arg("scenario"), py::arg("seed") = py::none(),
             py::arg("replications") = py::none(), py::arg("threads") = 0, py::arg("progress") = py::none());
}

}  // namespace windtunnel::python
