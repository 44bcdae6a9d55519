import json

import pytest
from conftest import mm1

import windtunnel as wt


def test_a_dict_its_json_text_and_its_file_are_the_same_scenario(tmp_path):
    file = tmp_path / "one.json"
    file.write_text(json.dumps(mm1()))
    from_dict = wt.load(mm1())
    assert from_dict.name == "one queue"
    assert from_dict.services == ["server"]
    assert from_dict.horizon_s == 200.0
    assert wt.load(json.dumps(mm1())).effective() == from_dict.effective()
    assert wt.load(file).effective() == from_dict.effective()
    assert wt.load(str(file)).effective() == from_dict.effective()


def test_set_changes_values_before_they_are_checked():
    scenario = wt.load(mm1(), set={"services.server.replicas": 3, "horizon": "7s"})
    assert json.loads(scenario.effective())["services"]["server"]["replicas"] == 3
    assert scenario.horizon_s == 7.0


def test_the_effective_scenario_reads_back_as_itself():
    once = wt.load(mm1()).effective()
    assert wt.load(once).effective() == once


def test_every_mistake_is_listed_with_its_place():
    wrong = mm1(horizont="5s")
    wrong["traffic"][0]["to"] = "sever"
    with pytest.raises(wt.ConfigError) as caught:
        wt.load(wrong)
    assert isinstance(caught.value, ValueError)
    issues = caught.value.issues
    assert {"file", "line", "column", "pointer", "message", "text"} == set(issues[0])
    assert any("horizont" in issue["text"] and "horizon" in issue["message"] for issue in issues)
    assert all(issue["text"] in str(caught.value) for issue in issues)


def test_a_missing_file_is_an_error_that_names_it(tmp_path):
    with pytest.raises(wt.ConfigError, match="nowhere.json"):
        wt.load(tmp_path / "nowhere.json")


def test_the_schema_accepts_what_the_reader_accepts():
    import jsonschema

    jsonschema.Draft202012Validator(wt.schema()).validate(mm1())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(wt.schema()).validate(mm1(horizont="5s"))
