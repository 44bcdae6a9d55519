#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <string>
#include <utility>

#include "bind.hpp"

namespace py = pybind11;

namespace windtunnel::python {
namespace {

std::shared_ptr<LoadedScenario> loaded(ReadResult read) {
  return std::make_shared<LoadedScenario>(LoadedScenario{std::move(read.scenario), std::move(read.warnings)});
}

std::vector<Override> overrides_from(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<Override> out;
  for (const auto& [path, value] : pairs) out.push_back({path, value});
  return out;
}

// ConfigError is made by the module and looked up there when needed: no static holds a Python object past the
// interpreter.
void translate(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const ConfigError& e) {
    const py::object type = py::module_::import("windtunnel._core").attr("ConfigError");
    const py::object error = type(e.what());
    error.attr("issues") = issues_to_python(e.issues());
    PyErr_SetObject(type.ptr(), error.ptr());
  }
}

}  // namespace

py::list issues_to_python(const std::vector<Issue>& issues) {
  py::list out;
  for (const Issue& issue : issues) {
    py::dict entry;
    entry["file"] = issue.file;
    entry["line"] = issue.line;
    entry["column"] = issue.column;
    entry["pointer"] = issue.pointer;
    entry["message"] = issue.message;
    entry["text"] = issue.text();
    out.append(entry);
  }
  return out;
}

void bind_scenario(py::module_& module) {
  // The plain exception type, without py::register_exception's own translator: ours adds the issues.
  module.attr("ConfigError") = py::reinterpret_steal<py::object>(PyErr_NewExceptionWithDoc(
      "windtunnel._core.ConfigError",
      "A scenario or trace that cannot be used. `issues` lists everything that is wrong with it.", PyExc_ValueError,
      nullptr));
  py::register_local_exception_translator(&translate);

  py::class_<LoadedScenario, std::shared_ptr<LoadedScenario>>(module, "Scenario",
                                                              "A deployment and its traffic, checked and ready to fly.")
      .def_property_readonly("name", [](const LoadedScenario& s) { return s.scenario.name; })
      .def_property_readonly("description", [](const LoadedScenario& s) { return s.scenario.description; })
      .def_property_readonly("services",
                             [](const LoadedScenario& s) {
                               std::vector<std::string> names;
                               for (const auto& [name, unused] : s.scenario.services) names.push_back(name);
                               return names;
                             })
      .def_property_readonly("seed", [](const LoadedScenario& s) { return s.scenario.seed; })
      .def_property_readonly("replications", [](const LoadedScenario& s) { return s.scenario.replications; })
      .def_property_readonly("warmup_s", [](const LoadedScenario& s) { return to_seconds(s.scenario.warmup); })
      .def_property_readonly("horizon_s", [](const LoadedScenario& s) { return to_seconds(s.scenario.horizon); })
      .def_property_readonly(
          "warnings", [](const LoadedScenario& s) { return issues_to_python(s.warnings); },
          "What was read and is not simulated, in the form of ConfigError.issues.")
      .def(
          "effective", [](const LoadedScenario& s) { return effective_scenario(s.scenario); },
          "The scenario as JSON text with every default filled in.")
      .def("__repr__", [](const LoadedScenario& s) { return "<windtunnel.Scenario '" + s.scenario.name + "'>"; });

  using Pairs = std::vector<std::pair<std::string, std::string>>;
  module.def(
      "read_scenario",
      [](const std::filesystem::path& file, const Pairs& overrides) {
        const std::vector<Override> set = overrides_from(overrides);
        const py::gil_scoped_release no_gil;  // traces may be long
        return loaded(read_scenario(file, set));
      },
      py::arg("file"), py::arg("overrides"));
  module.def(
      "parse_scenario",
      [](const std::string& text, const std::filesystem::path& folder, const Pairs& overrides) {
        const std::vector<Override> set = overrides_from(overrides);
        const py::gil_scoped_release no_gil;
        return loaded(parse_scenario(text, folder, "", set));
      },
      py::arg("text"), py::arg("folder"), py::arg("overrides"));
  module.def("scenario_schema", &scenario_schema, "The JSON Schema of scenarios, as text.");
}

}  // namespace windtunnel::python
