import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import check_layers  # noqa: E402


def test_an_include_that_points_upwards_is_found():
    assert check_layers.problems("sim/time.hpp", '#include "models/run.hpp"\n') == [
        'sim/time.hpp:1: includes "models/run.hpp", which stands above it'
    ]
    assert check_layers.problems("models/request/outcome.hpp", '#include "models/service/service_params.hpp"\n')
    assert not check_layers.problems("models/run.hpp", '#include "sim/time.hpp"\n#include <vector>\n')


def test_a_third_party_header_outside_its_room_is_found():
    assert check_layers.problems("models/run.cpp", "#include <nlohmann/json.hpp>\n")
    assert check_layers.problems("sim/time.hpp", "#include <boost/math/distributions.hpp>\n")
    assert not check_layers.problems("models/scenario/read.cpp", "#include <nlohmann/json.hpp>\n")
