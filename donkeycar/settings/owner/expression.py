"""Values of expressions in somebody else's settings file, computed without running the file.

A settings file is Python, and a stranger's may do anything when it is run. Here only its syntax
tree is read: plain values, arithmetic, names given before, and the few functions in `CALLS`, which
neither touch the disk nor take long. Everything else is `Unreadable`.
"""

import ast
import math
import operator
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

# A larger number or a longer text in a settings file is an attack, or a mistake.
LARGEST = 10**30
LONGEST = 100_000
DEEPEST = 60


class Unreadable(Exception):
    """The value of an expression cannot be known without running the file; says why."""


@dataclass(frozen=True, slots=True)
class Known:
    """A module or function that may be used.

    Attributes:
        name: Its dotted name, such as ``"os.path.join"``.
    """

    name: str


def _environment(name: object, default: object = None) -> object:
    """What the file gets if the environment says nothing: the environment is no part of a car."""
    return default


# Functions that a file may call, by their full name.
CALLS: dict[str, Callable[..., Any]] = {
    "os.path.join": os.path.join,
    "os.path.dirname": os.path.dirname,
    "os.path.basename": os.path.basename,
    "os.path.normpath": os.path.normpath,
    "os.path.abspath": os.path.abspath,
    "os.path.realpath": os.path.abspath,
    "os.path.expanduser": os.path.expanduser,
    "os.getenv": _environment,
    "os.environ.get": _environment,
    "pathlib.Path": Path,
    "math.radians": math.radians,
    "math.degrees": math.degrees,
    "math.sqrt": math.sqrt,
    "math.floor": math.floor,
    "math.ceil": math.ceil,
    **{
        kind.__name__: kind
        for kind in (int, float, str, bool, round, abs, min, max, len, sum, tuple, list, dict, set)
    },
}
VALUES: dict[str, Any] = {"math.pi": math.pi, "math.tau": math.tau, "os.sep": os.sep}
# Modules whose functions and values are above.
MODULES = ("os", "os.path", "os.environ", "math", "pathlib")
# Methods of values that change nothing, by the type of the value.
METHODS: dict[type, tuple[str, ...]] = {
    str: ("lower", "upper", "strip", "startswith", "endswith", "split"),
    dict: ("get", "copy", "keys", "values", "items"),
    list: ("copy", "index", "count"),
    PurePath: ("joinpath", "as_posix", "absolute", "with_name"),
}
ATTRIBUTES: dict[type, tuple[str, ...]] = {PurePath: ("parent", "name", "stem")}

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.BitOr: operator.or_, ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}  # fmt: skip
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos, ast.USub: operator.neg, ast.Not: operator.not_,
    ast.Invert: operator.invert,
}  # fmt: skip
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many, ast.NotIn: lambda one, many: one not in many,
}  # fmt: skip


def value_of(node: ast.expr, names: Mapping[str, Any], *, depth: int = 0) -> Any:
    """The value of an expression.

    Args:
        node: The expression.
        names: What each name stands for; `Known` for modules and functions.
        depth: How many expressions it is inside of.

    Raises:
        Unreadable: If it cannot be known without running code.

    Example:
        >>> tree = ast.parse("2 * C + 10", mode="eval")
        >>> value_of(tree.body, {"C": 180})
        370
    """
    read = _READERS.get(type(node))
    if read is None:
        raise Unreadable(f"it is computed by code: {_text(node)}")
    if depth > DEEPEST:
        raise Unreadable("it is nested too deeply")
    try:
        value = read(node, lambda inner: value_of(inner, names, depth=depth + 1), names)
    except Unreadable:
        raise
    # What Python itself would say of a file that is wrong; the owner reads it in the report.
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise Unreadable(f"{_text(node)} fails: {error}") from error
    return bounded(value)


def bounded(value: Any) -> Any:
    """Return the value unchanged, with all that is in it.

    Raises:
        Unreadable: If it is larger than any setting. Lists in lists grow with each level, and a
            list may hold itself.
    """
    waiting, size = [value], 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, int) and not -LARGEST < each < LARGEST:
            raise Unreadable("the number is too large")
        size += len(each) if isinstance(each, str | bytes) else 1
        if isinstance(each, list | tuple | set):
            waiting += each
        elif isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        if size + len(waiting) > LONGEST:
            raise Unreadable("it is too long")
    return value


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:60]


Inner = Callable[[ast.expr], Any]
Names = Mapping[str, Any]


def _constant(node: Any, inner: Inner, names: Names) -> Any:
    if node.value is ... or isinstance(node.value, complex):
        raise Unreadable("it is no value of a setting")
    return node.value


def _name(node: Any, inner: Inner, names: Names) -> Any:
    if node.id in names:
        value = names[node.id]
        if isinstance(value, Unreadable):
            raise Unreadable(f"it needs {node.id}, and {value}")
        return value
    if node.id in CALLS:
        return Known(node.id)
    raise Unreadable(f"it needs {node.id}, which the file does not say")


def _sequence(node: Any, inner: Inner, names: Names) -> Any:
    kinds: dict[type, Callable[..., Any]] = {ast.List: list, ast.Tuple: tuple, ast.Set: set}
    items: list[Any] = []
    for item in node.elts:
        if isinstance(item, ast.Starred):
            items += inner(item.value)
        else:
            items.append(inner(item))
    return kinds[type(node)](items)


def _dictionary(node: Any, inner: Inner, names: Names) -> Any:
    found: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:  # {**OTHER}
            found.update(inner(value))
        else:
            found[inner(key)] = inner(value)
    return found


def _binary(node: Any, inner: Inner, names: Names) -> Any:
    one, two = inner(node.left), inner(node.right)
    numbers = all(isinstance(each, int | float) for each in (one, two))
    if isinstance(node.op, ast.Mod) and not numbers:
        raise Unreadable("it is a text that is put together by %")
    if isinstance(node.op, ast.Pow | ast.LShift) and (not numbers or abs(two) > 64):
        raise Unreadable("the power is too large")
    if isinstance(node.op, ast.Mult) and not numbers:
        sizes = [len(each) if hasattr(each, "__len__") else abs(each) for each in (one, two)]
        if sizes[0] * sizes[1] > LONGEST:
            raise Unreadable("it is too long")
    return BINARY[type(node.op)](one, two)


def _boolean(node: Any, inner: Inner, names: Names) -> Any:
    value: Any = None
    for each in node.values:
        value = inner(each)
        if bool(value) == isinstance(node.op, ast.Or):
            return value
    return value


def _comparison(node: Any, inner: Inner, names: Names) -> Any:
    left = inner(node.left)
    for kind, each in zip(node.ops, node.comparators, strict=True):
        right = inner(each)
        if not COMPARE[type(kind)](left, right):
            return False
        left = right
    return True


def _attribute(node: Any, inner: Inner, names: Names) -> Any:
    of = inner(node.value)
    if isinstance(of, Known):
        full = f"{of.name}.{node.attr}"
        if full in VALUES:
            return VALUES[full]
        if full in CALLS or full in MODULES:
            return Known(full)
    elif _is_in(ATTRIBUTES, of, node.attr):
        return getattr(of, node.attr)
    raise Unreadable(f"it is computed by code: {_text(node)}")


def _is_in(table: Mapping[type, tuple[str, ...]], value: Any, word: str) -> bool:
    return any(isinstance(value, kind) and word in words for kind, words in table.items())


def _call(node: Any, inner: Inner, names: Names) -> Any:
    given = [inner(each) for each in node.args if not isinstance(each, ast.Starred)]
    named = {each.arg: inner(each.value) for each in node.keywords if each.arg}
    if len(given) + len(named) != len(node.args) + len(node.keywords):
        raise Unreadable(f"it is computed by code: {_text(node)}")
    if isinstance(node.func, ast.Attribute):
        of = inner(node.func.value) if not _is_dotted(node.func, names) else None
        if of is not None and _is_in(METHODS, of, node.func.attr):
            return getattr(of, node.func.attr)(*given, **named)
    function = inner(node.func)
    if not isinstance(function, Known) or function.name not in CALLS:
        raise Unreadable(f"it is computed by code: {_text(node)}")
    return CALLS[function.name](*given, **named)


def _is_dotted(node: ast.expr, names: Names) -> bool:
    """Whether it is a name of a module, with dots."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and isinstance(names.get(node.id), Known)


def _joined(node: Any, inner: Inner, names: Names) -> str:
    parts = []
    for each in node.values:
        if isinstance(each, ast.FormattedValue):
            if each.format_spec is not None or each.conversion != -1:
                raise Unreadable("it is a text that is put together by a format")
            parts.append(str(inner(each.value)))
        else:
            parts.append(inner(each))
    return "".join(parts)


_READERS: dict[type[ast.expr], Callable[[Any, Inner, Names], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dictionary,
    ast.BinOp: _binary,
    ast.UnaryOp: lambda node, inner, names: UNARY[type(node.op)](inner(node.operand)),
    ast.BoolOp: _boolean,
    ast.Compare: _comparison,
    ast.IfExp: lambda node, inner, names: inner(node.body if inner(node.test) else node.orelse),
    ast.Subscript: lambda node, inner, names: inner(node.value)[inner(node.slice)],
    ast.Slice: lambda node, inner, names: slice(
        *(None if each is None else inner(each) for each in (node.lower, node.upper, node.step))
    ),
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.JoinedStr: _joined,
}
