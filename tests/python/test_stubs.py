"""The hand-written stubs say what the compiled module has: no more, no less."""

import ast
from pathlib import Path

import windtunnel
from windtunnel import _core

STUB = ast.parse((Path(windtunnel.__file__).parent / "_core.pyi").read_text())
ONLY_FOR_TYPES = {"Issue"}
FROM_PYTHON = set(dir(type("Plain", (), {}))) | {"_pybind11_conduit_v1_", "__new__"}


def names_in(body: list[ast.stmt]) -> set[str]:
    found = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            found.add(node.target.id)
    return found - ONLY_FOR_TYPES


def test_the_module_has_the_stubs_names():
    module = {name for name in dir(_core) if not name.startswith("__")} | {"__version__"}
    assert names_in(STUB.body) == module


def test_the_classes_have_the_stubs_members():
    for node in STUB.body:
        if not isinstance(node, ast.ClassDef) or node.name in ONLY_FOR_TYPES | {"ConfigError"}:
            continue
        members = set(vars(getattr(_core, node.name))) - FROM_PYTHON
        assert names_in(node.body) == members, node.name


def test_what_the_package_offers_exists():
    assert all(hasattr(windtunnel, name) for name in windtunnel.__all__)
