#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <vector>

#include "models/result.hpp"
#include "models/scenario/read.hpp"

// One translation unit per family; each adds its classes and functions to the module.
namespace windtunnel::python {

// What Python holds of a scenario. Immutable once read, so runs may share it between threads.
struct LoadedScenario {
  Scenario scenario;
  std::vector<Issue> warnings;
};

void bind_scenario(pybind11::module_& module);
void bind_run(pybind11::module_& module);
void bind_result(pybind11::module_& module);

pybind11::list issues_to_python(const std::vector<Issue>& issues);

}  // namespace windtunnel::python
