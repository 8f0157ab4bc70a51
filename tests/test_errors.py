"""The tree that the docstring of `donkeycar.errors` draws is the tree there is."""

import builtins
import inspect
import re

import pytest

from donkeycar import errors

LINE = re.compile(
    r"^(?P<indent> *)[*+-] (?P<name>\w+) *(\((?P<builtin>\w+)\))? *(?P<meaning>.*)$", re.MULTILINE
)


def drawn():
    """Name -> name of its parent and of the builtin beside it, as the docstring draws them."""
    parents, above = {}, []
    for match in LINE.finditer(errors.__doc__):
        depth = len(match["indent"]) // 2
        above = [*above[:depth], match["name"]]
        parents[match["name"]] = (above[depth - 1] if depth else None, match["builtin"])
    return parents


def classes():
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, BaseException)
    }


def test_every_error_is_drawn_and_every_drawn_error_exists():
    assert set(drawn()) == set(classes())


@pytest.mark.parametrize("name", sorted(classes()))
def test_an_error_stands_where_it_is_drawn(name):
    parent, builtin = drawn()[name]
    kind = classes()[name]
    expected = [classes()[parent]] if parent else [Exception]
    if builtin:
        expected.append(getattr(builtins, builtin))
    assert list(kind.__bases__) == expected


@pytest.mark.parametrize("name", sorted(set(classes()) - {"DonkeyError"}))
def test_one_name_and_one_builtin_catch_it(name):
    kind = classes()[name]
    assert issubclass(kind, errors.DonkeyError)
    assert any(issubclass(kind, base) for base in (ValueError, RuntimeError, OSError))


def test_every_error_says_what_it_means():
    assert [name for name, kind in classes().items() if not kind.__doc__] == []
