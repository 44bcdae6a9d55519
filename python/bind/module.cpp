#include "bind.hpp"
#include "models/run.hpp"

namespace py = pybind11;

// The engine keeps no state of its own between calls, so the module needs no interpreter lock to protect it.
PYBIND11_MODULE(_core, module, py::mod_gil_not_used()) {
  module.doc() = "The compiled part of windtunnel. Import `windtunnel` instead.";
  module.attr("__version__") = windtunnel::version();
  windtunnel::python::bind_scenario(module);
  windtunnel::python::bind_result(module);
  windtunnel::python::bind_run(module);
}
