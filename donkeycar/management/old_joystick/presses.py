"""What the methods of an old controller do when a button is pressed, judged by their source."""

import ast
from collections.abc import Mapping, Sequence

from donkeycar.management.old_joystick.names import ACTIONS

# Methods that call each other more deeply than this are not followed.
DEPTH = 6

_TALKERS = ("print", "logger", "logging", "log", "time", "sleep")
_MODES = ("user", "local_angle", "local")


class Presses:
    """Answers which action a method is.

    Args:
        functions: The controller's own methods, by name.
    """

    def __init__(self, functions: Mapping[str, ast.FunctionDef]) -> None:
        self._functions = functions

    def action(self, function: ast.expr) -> str | None:
        """The action of a button; "" for none, ``None`` if it is not one of ours."""
        if isinstance(function, ast.Lambda):
            return self.of_body([ast.Expr(function.body)])
        name = own_name(function)
        return None if name is None else self._of_method(name, DEPTH)

    def of_body(self, body: Sequence[ast.stmt], depth: int = DEPTH) -> str | None:
        """The action of some statements."""
        if depth < 0:
            return None
        did: list[str] = []
        for statement in body:
            word = "" if is_talk(statement) else self._of_statement(statement, depth)
            if word is None:
                return None
            did += [word] if word and word not in did else []
        if len(did) > 1:
            return "stop" if "stop" in did else None
        return did[0] if did else ""

    def _of_method(self, name: str, depth: int) -> str | None:
        if name not in self._functions:
            return ACTIONS.get(name)
        return self.of_body(self._functions[name].body, depth - 1)

    def _of_statement(self, statement: ast.stmt, depth: int) -> str | None:
        call = call_of(statement)
        if call is not None and not call.args and not call.keywords:
            name = own_name(call.func)
            if name is not None and ast.unparse(call.func).startswith("super"):
                return ACTIONS.get(name)
            return None if name is None else self._of_method(name, depth)
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            return _mode(own_name(statement.targets[0]), statement.value)
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "self.mode == 'user'":
            pair = [self.of_body(part, depth) for part in (statement.body, statement.orelse)]
            return "erase_or_stop" if pair == ["erase", "stop"] else None
        return None


def own_name(node: ast.expr) -> str | None:
    """``x`` of ``self.x`` and of ``super().x``; ``None`` for anything else."""
    if not isinstance(node, ast.Attribute):
        return None
    return node.attr if ast.unparse(node.value).partition("(")[0] in ("self", "super") else None


def call_of(statement: ast.stmt) -> ast.Call | None:
    """The call that a statement is, or that it returns."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Return) else None
    return value if isinstance(value, ast.Call) else None


def is_talk(statement: ast.stmt) -> bool:
    """Whether a statement does nothing to the car: it says something, waits, or is a comment."""
    if isinstance(statement, ast.Pass | ast.Global | ast.Import | ast.ImportFrom):
        return True
    if isinstance(statement, ast.Return):
        return statement.value is None or isinstance(statement.value, ast.Constant)
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    first = ast.unparse(value.func).partition(".")[0] if isinstance(value, ast.Call) else ""
    return isinstance(value, ast.Constant) or first in _TALKERS


def _mode(name: str | None, value: ast.expr) -> str | None:
    """The action of an assignment to the mode; "" for one that adds nothing to it."""
    if name == "mode_latch" and own_name(value) == "mode":
        return ""
    if name in ("mode", "mode_latch") and isinstance(value, ast.Constant):
        return f"mode_{value.value}" if value.value in _MODES else None
    return None
