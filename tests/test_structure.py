"""Imports go one way, so that a room can be understood without the rooms above it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "teams": {"teams"},
    "guide": {"guide", "teams"},
    "assessment": {"assessment", "guide", "teams"},
}
ROOMS = {"config", "assessment", "guide", "teams"}


def rooms_imported(source: str) -> set[str]:
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return {name.split(".")[0] for name in names} & ROOMS


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_lies_below_it(room):
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / room).rglob("*.py")
        if (found := rooms_imported(path.read_text()) - MAY_IMPORT[room])
    }
    assert wrong == {}


def test_the_walk_sees_imports_inside_functions():
    assert rooms_imported("def f():\n    from assessment.models import Answer\n") == {"assessment"}


def test_no_room_has_a_dumping_ground():
    banned = {"utils.py", "helpers.py", "services.py", "common.py", "core.py", "signals.py"}
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name in banned]
    assert found == []
