"""A file holds one idea, and its first sentence says which."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "donkeycar"
MOST_LINES = 350
MOST_LINES_OF_A_FUNCTION = 60

# A list is as long as what it lists.
TABLES = {"templates/config_defaults.py"}

SOURCES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_begins_with_a_sentence(name):
    docstring = ast.get_docstring(ast.parse((PACKAGE / name).read_text(encoding="utf-8")))
    assert docstring, "no docstring"
    assert docstring.split("\n\n")[0].rstrip().endswith((".", ":", "?")), docstring


@pytest.mark.parametrize("name", SOURCES)
def test_no_body_of_a_function_is_longer_than_a_screen(name):
    tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            assert lines <= MOST_LINES_OF_A_FUNCTION, node.name


@pytest.mark.parametrize("name", sorted(set(SOURCES) - TABLES))
def test_a_module_is_short_enough_to_hold_one_idea(name):
    lines = len((PACKAGE / name).read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES
