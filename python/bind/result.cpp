#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "bind.hpp"

namespace py = pybind11;

namespace windtunnel::python {
namespace {

using ResultPtr = std::shared_ptr<const Result>;

// A part of a result that keeps the whole alive.
struct SeriesView {
  ResultPtr result;
  const Series* series;
};
struct HistogramView {
  ResultPtr result;
  const Histogram* histogram;
};

constexpr std::array<std::string_view, 3> kVerdicts = {"met", "missed", "undecided"};

// A read-only view of a column, no copy: the array holds a reference to the result it lies in.
py::array column_view(const ResultPtr& result, const std::vector<double>& values) {
  // A capsule with its own shared_ptr, so that the data outlives every Python object of the result.
  py::capsule owner(new ResultPtr(result), [](void* held) { delete static_cast<ResultPtr*>(held); });
  py::array_t<double> array({static_cast<py::ssize_t>(values.size())}, {static_cast<py::ssize_t>(sizeof(double))},
                            values.data(), owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

[[noreturn]] void raise_unknown(std::string_view what, const std::string& name, const py::list& known) {
  std::string message = "no " + std::string(what) + " '" + name + "'";
  const py::list close = py::module_::import("difflib").attr("get_close_matches")(name, known, 3, 0.5);
  if (!close.empty()) message += "; did you mean " + py::str(", ").attr("join")(close).cast<std::string>() + "?";
  throw py::key_error(message);
}

constexpr std::string_view kTime = "time_s";

py::list column_names(const Series& series) {
  py::list names;
  names.append(py::str(kTime.data(), kTime.size()));
  for (const Series::Column& column : series.columns) names.append(column.name);
  return names;
}

py::array column(const SeriesView& view, const std::string& name) {
  if (name == kTime) return column_view(view.result, view.series->times_s);
  const Series::Column* found = view.series->find(name);
  if (found == nullptr) raise_unknown("column", name, column_names(*view.series));
  return column_view(view.result, found->values);
}

py::dict columns(const SeriesView& view) {
  py::dict out;
  out[py::str(kTime.data(), kTime.size())] = column_view(view.result, view.series->times_s);
  for (const Series::Column& c : view.series->columns) out[py::str(c.name)] = column_view(view.result, c.values);
  return out;
}

py::dict estimate_to_python(const Estimate& e) {
  py::dict out;
  out["mean"] = e.mean;
  out["half_width"] = e.half_width_95;
  out["least"] = e.least;
  out["most"] = e.most;
  out["n"] = e.n;
  return out;
}

py::dict summary(const Result& result) {
  py::dict out;
  for (const Metric& metric : result.metrics) {
    py::dict entry = estimate_to_python(metric.estimate);
    entry["unit"] = metric.unit;
    entry["values"] = metric.values;
    out[py::str(metric.name)] = entry;
  }
  return out;
}

double metric_mean(const Result& result, const std::string& name) {
  if (const Metric* metric = result.find_metric(name)) return metric->estimate.mean;
  py::list known;
  for (const Metric& m : result.metrics) known.append(m.name);
  raise_unknown("metric", name, known);
}

py::list objectives(const Result& result) {
  py::list out;
  for (const ObjectiveResult& o : result.objectives) {
    py::dict entry = estimate_to_python(o.estimate);
    entry["name"] = o.name;
    entry["promise"] = o.promise;
    entry["metric"] = o.metric;
    entry["unit"] = o.unit;
    entry["limit"] = o.limit;
    entry["above"] = o.above;
    entry["share_of_replications_met"] = o.share_of_replications_met;
    entry["verdict"] = kVerdicts[static_cast<std::size_t>(o.verdict)];
    out.append(entry);
  }
  return out;
}

py::list decisions(const Result& result) {
  py::list out;
  for (const Decision& d : result.decisions) {
    py::dict entry;
    entry["time_s"] = d.time_s;
    entry["service"] = d.service;
    entry["kind"] = d.kind;
    entry["sentence"] = d.sentence;
    entry["inputs"] = d.inputs;
    if (d.scaling) {
      py::list rules;
      for (const Ruling& r : d.scaling->how.rules)
        rules.append(py::dict(py::arg("rule") = r.rule, py::arg("before") = r.before, py::arg("after") = r.after));
      entry["scaling"] = py::dict(py::arg("before") = d.scaling->before, py::arg("after") = d.scaling->after,
                                  py::arg("recommendation") = d.scaling->how.recommendation, py::arg("rules") = rules);
    }
    out.append(entry);
  }
  return out;
}

py::list sizing(const Result& result) {
  const auto resource = [](const std::optional<Sizing::Resource>& r) -> py::object {
    if (!r) return py::none();
    return py::dict(py::arg("requested") = r->requested, py::arg("recommended") = r->recommended,
                    py::arg("spare") = r->spare, py::arg("p50") = r->p50, py::arg("p95") = r->p95,
                    py::arg("p99") = r->p99, py::arg("peak") = r->peak);
  };
  py::list out;
  for (const Sizing& s : result.sizing) {
    py::dict entry;
    entry["service"] = s.service;
    entry["instances"] = s.instances;
    entry["cpu_cores"] = resource(s.cpu);
    entry["memory_bytes"] = resource(s.memory);
    entry["cost"] = s.cost;
    entry["saved"] = s.saved;
    entry["priced_by"] = s.priced_by;
    entry["sentences"] = s.sentences(result.currency);
    out.append(entry);
  }
  return out;
}

py::list theory(const Result& result) {
  constexpr std::array<const char*, 4> kStandings = {"none", "exact", "approximation", "bounds"};
  py::list out;
  for (const TheoryOf& t : result.theory) {
    py::list figures;
    for (const TheoryFigure& f : t.figures)
      figures.append(py::dict(py::arg("metric") = f.metric, py::arg("unit") = f.unit, py::arg("low") = f.low,
                              py::arg("high") = f.high, py::arg("simulated") = f.simulated.mean,
                              py::arg("half_width_95") = f.simulated.half_width_95,
                              py::arg("disagrees") = f.disagrees));
    out.append(py::dict(py::arg("service") = t.service, py::arg("model") = t.model,
                        py::arg("standing") = kStandings[static_cast<std::size_t>(t.standing)], py::arg("why") = t.why,
                        py::arg("load") = t.load, py::arg("servers") = t.servers,
                        py::arg("square_root_staffing") = t.staffing, py::arg("figures") = figures));
  }
  return out;
}

py::list paths(const Result& result) {
  py::list out;
  for (const PathsOf& p : result.paths) {
    py::dict radius;
    for (const PathsOf::Blast& b : p.blast_radius) radius[py::str(b.service)] = b.share;
    out.append(py::dict(py::arg("traffic") = p.traffic, py::arg("class_") = p.request_class,
                        py::arg("longest") = p.longest, py::arg("unloaded_s") = p.unloaded_s,
                        py::arg("simulated_s") = p.simulated.mean, py::arg("blast_radius") = radius));
  }
  return out;
}

py::dict availability(const Result& result) {
  py::list services, requests;
  for (const Availability::OfService& s : result.availability.services)
    services.append(py::dict(py::arg("service") = s.service, py::arg("instances") = s.instances, py::arg("one") = s.one,
                             py::arg("any") = s.any, py::arg("all") = s.all, py::arg("ready") = s.ready.mean));
  for (const Availability::OfRequests& r : result.availability.requests)
    requests.append(py::dict(py::arg("traffic") = r.traffic, py::arg("class_") = r.request_class,
                             py::arg("theory") = r.theory, py::arg("simulated") = r.simulated.mean,
                             py::arg("half_width_95") = r.simulated.half_width_95, py::arg("disagrees") = r.disagrees));
  return py::dict(py::arg("why") = result.availability.why, py::arg("services") = services,
                  py::arg("requests") = requests);
}

py::dict outcomes_to_python(const std::array<std::uint64_t, kOutcomes>& outcomes) {
  py::dict out;
  for (std::size_t i = 0; i < kOutcomes; ++i)
    out[py::str(kOutcomeNames[i].data(), kOutcomeNames[i].size())] = outcomes[i];
  return out;
}

py::dict services(const Result& result) {
  py::dict out;
  for (const ServiceResult& s : result.services) {
    py::dict entry;
    entry["arrived"] = s.arrived;
    entry["outcomes"] = outcomes_to_python(s.outcomes);
    entry["in_flight_at_end"] = s.in_flight_at_end;
    out[py::str(s.name)] = entry;
  }
  return out;
}

py::list classes(const Result& result) {
  py::list out;
  for (const ClassResult& c : result.classes) {
    py::dict entry;
    entry["traffic"] = c.traffic;
    entry["request_class"] = c.request_class;
    entry["service"] = c.service;
    entry["arrived"] = c.arrived;
    entry["outcomes"] = outcomes_to_python(c.outcomes);
    out.append(entry);
  }
  return out;
}

const ServiceResult& find_service(const Result& result, const std::string& name) {
  for (const ServiceResult& s : result.services)
    if (s.name == name) return s;
  py::list known;
  for (const ServiceResult& s : result.services) known.append(s.name);
  raise_unknown("service", name, known);
}

SeriesView find_series(const ResultPtr& result, const std::string& service) {
  for (const Series& s : result->series)
    if (s.service == service) return {result, &s};
  py::list known;
  for (const Series& s : result->series) known.append(s.service);
  raise_unknown("series of service", service, known);
}

// Upper ends of the non-empty buckets in seconds, and their counts.
py::tuple buckets(const HistogramView& view) {
  const std::vector<Histogram::Bucket> found = view.histogram->buckets();
  py::array_t<double> ends(static_cast<py::ssize_t>(found.size()));
  py::array_t<std::uint64_t> counts(static_cast<py::ssize_t>(found.size()));
  std::transform(found.begin(), found.end(), ends.mutable_data(),
                 [](const Histogram::Bucket& b) { return ns_to_seconds(static_cast<double>(b.range.highest)); });
  std::transform(found.begin(), found.end(), counts.mutable_data(), [](const Histogram::Bucket& b) { return b.count; });
  return py::make_tuple(ends, counts);
}

void bind_histogram(py::module_& module) {
  py::class_<HistogramView>(module, "Histogram", "Times of requests, in seconds, over all replications.")
      .def("__len__", [](const HistogramView& h) { return h.histogram->count(); })
      .def_property_readonly("count", [](const HistogramView& h) { return h.histogram->count(); })
      .def_property_readonly("mean", [](const HistogramView& h) { return ns_to_seconds(h.histogram->mean()); })
      .def_property_readonly(
          "max", [](const HistogramView& h) { return ns_to_seconds(static_cast<double>(h.histogram->max())); })
      .def(
          "quantile",
          [](const HistogramView& h, double p) {
            if (!(p >= 0 && p <= 1)) throw py::value_error("a quantile lies between 0 and 1");
            return ns_to_seconds(h.histogram->quantile(p));
          },
          py::arg("p"))
      .def("buckets", &buckets, "(upper ends, counts) of the buckets that are not empty, as NumPy arrays.");
}

void bind_series(py::module_& module) {
  py::class_<SeriesView>(
      module, "Series",
      "The course of one service in replication 0: a mapping of column names to read-only NumPy arrays.")
      .def_property_readonly("service", [](const SeriesView& s) { return s.series->service; })
      .def_property_readonly("resolution_s", [](const SeriesView& s) { return s.series->resolution_s; })
      .def_property_readonly("units",
                             [](const SeriesView& s) {
                               py::dict out;
                               out[py::str(kTime.data(), kTime.size())] = "s";
                               for (const Series::Column& c : s.series->columns) out[py::str(c.name)] = c.unit;
                               return out;
                             })
      .def("keys", [](const SeriesView& s) { return column_names(*s.series); })
      .def("values", [](const SeriesView& s) { return columns(s).attr("values")(); })
      .def("items", [](const SeriesView& s) { return columns(s).attr("items")(); })
      .def("__getitem__", &column, py::arg("name"))
      .def("__contains__", [](const SeriesView& s,
                              const std::string& name) { return name == kTime || s.series->find(name) != nullptr; })
      .def("__iter__", [](const SeriesView& s) { return py::iter(column_names(*s.series)); })
      .def("__len__", [](const SeriesView& s) { return s.series->columns.size() + 1; })
      .def(
          "to_pandas", [](const SeriesView& s) { return py::module_::import("pandas").attr("DataFrame")(columns(s)); },
          "A pandas.DataFrame with one row per bin.")
      .def("__repr__", [](const SeriesView& s) {
        return "<windtunnel.Series of '" + s.series->service + "': " + std::to_string(s.series->times_s.size()) +
               " rows, " + std::to_string(s.series->columns.size() + 1) + " columns>";
      });
}

}  // namespace

void bind_result(py::module_& module) {
  bind_histogram(module);
  bind_series(module);
  py::class_<Result, std::shared_ptr<Result>>(module, "Result", "What a run found.")
      .def_readonly("scenario", &Result::scenario)
      .def_readonly("description", &Result::description)
      .def_readonly("scenario_hash", &Result::scenario_hash)
      .def_readonly("version", &Result::version)
      .def_readonly("seed", &Result::seed)
      .def_readonly("replications", &Result::replications)
      .def_readonly("warmup_s", &Result::warmup_s)
      .def_readonly("horizon_s", &Result::horizon_s)
      .def_readonly("currency", &Result::currency)
      .def_property_readonly("services", &services)
      .def_property_readonly("classes", &classes)
      .def_readonly("queues", &Result::queues,
                    "Names of the queues; their figures are metrics: \"<queue>.latency.p99\".")
      .def_property_readonly("objectives", &objectives)
      .def_property_readonly("decisions", &decisions)
      .def_property_readonly("sizing", &sizing,
                             "What instances should request by what they used, of services that state requests.")
      .def_property_readonly("theory", &theory,
                             "What queueing theory says of each service, beside what the run found; why, where it has "
                             "nothing to say.")
      .def_property_readonly("paths", &paths,
                             "What the call graph says of each source and class: its longest chain without waits "
                             "beside the simulated latency, and who fails with whom.")
      .def_property_readonly("availability", &availability,
                             "What crashes and zone outages leave of services and requests, by arithmetic alone, "
                             "beside what the run found; empty where there are none, why where it is not known.")
      .def("summary", &summary,
           "Every metric: unit, mean, half width of the 95 % interval, and the values by replication.")
      .def("__getitem__", &metric_mean, py::arg("metric"), "The mean of a metric over the replications.")
      .def(
          "series",
          [](const std::shared_ptr<Result>& r, const std::string& service) { return find_series(r, service); },
          py::arg("service"))
      .def(
          "latency",
          [](const std::shared_ptr<Result>& r, const std::string& service) {
            return HistogramView{r, &find_service(*r, service).latency};
          },
          py::arg("service"), "Latency of the requests that completed.")
      .def(
          "wait_time",
          [](const std::shared_ptr<Result>& r, const std::string& service) {
            return HistogramView{r, &find_service(*r, service).wait_time};
          },
          py::arg("service"), "Time from arrival to the first moment of service.")
      .def("_repr_html_",
           [](const py::object& self) { return py::module_::import("windtunnel.html").attr("result_page")(self); })
      .def("__repr__", [](const Result& r) {
        return "<windtunnel.Result of '" + r.scenario + "': seed " + std::to_string(r.seed) + ", " +
               std::to_string(r.replications) + " replication(s)>";
      });
}

}  // namespace windtunnel::python
