"""Every scenario in scenarios/ fits the published schema."""

import json
import re

import jsonschema
import pytest
from conftest import ROOT

import windtunnel as wt

FILES = sorted(p for p in (ROOT / "scenarios").rglob("*.json") if not p.name.endswith((".schema.json", ".replay.json")))


def without_comments(text: str) -> str:
    """JSON with // and /* */ taken out; strings are left alone."""
    pattern = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
    return pattern.sub(lambda m: m.group(1) or " ", text)


def test_there_are_scenarios():
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.relative_to(ROOT / "scenarios").as_posix())
def test_fits_the_schema_and_loads(file):
    jsonschema.Draft202012Validator(wt.schema()).validate(json.loads(without_comments(file.read_text())))
    assert wt.load(file).services
