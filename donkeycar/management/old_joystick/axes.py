"""What the methods of an old controller do when an axis moves, judged by their source."""

import ast
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from donkeycar.management.old_joystick.linear import Linear, defaults_of, value_of
from donkeycar.management.old_joystick.presses import DEPTH, Presses, call_of, is_talk, own_name

_SMALL = 1e-6
# The position of an axis itself.
_POSITION: Linear = (1.0, 0.0)


class AxisUse(NamedTuple):
    """What an axis does.

    Attributes:
        words: Direction ("" or "-") -> role or action; empty if it does nothing.
        scale: Factor that the method applies to the position.
    """

    words: dict[str, str]
    scale: float = 1.0


class _Effect(NamedTuple):
    """A role and its value, or an action and the direction in which it is pressed."""

    word: str
    value: Linear = _POSITION
    way: str | None = None


class Axes:
    """Answers what a method does with the position of an axis.

    Args:
        functions: The controller's own methods, by name.
        throttle_dir: `JOYSTICK_THROTTLE_DIR` of the car.
    """

    def __init__(self, functions: Mapping[str, ast.FunctionDef], *, throttle_dir: float) -> None:
        self._functions = functions
        self._throttle_dir = throttle_dir
        self._presses = Presses(functions)

    def use(self, function: ast.expr) -> AxisUse | None:
        """What an axis does; ``None`` if it is nothing of ours."""
        effects: list[_Effect] | None = None
        if isinstance(function, ast.Lambda) and function.args.args:
            names: dict[str, Linear | None] = {function.args.args[-1].arg: _POSITION}
            effects = self._run([ast.Expr(function.body)], names, DEPTH)
        elif isinstance(function, ast.Call):
            effects = self._made(function)
        elif (name := own_name(function)) is not None:
            effects = self._of_method(name, _POSITION, DEPTH)
        return None if effects is None else self._summed(effects)

    def _of_method(self, name: str, value: Linear, depth: int) -> list[_Effect] | None:
        if name not in self._functions:
            return _of_donkeycar(name, value)
        function = self._functions[name]
        if depth < 0 or len(function.args.args) < 2:
            return None
        names = {**defaults_of(function), function.args.args[1].arg: value}
        return self._run(function.body, names, depth - 1)

    def _made(self, call: ast.Call) -> list[_Effect] | None:
        """Effects of a function that a method makes, as `magnitude` of donkeycar 5 does."""
        name = own_name(call.func)
        function = self._functions.get(name or "")
        if function is None:
            sign = -1.0 if call.args or call.keywords else 1.0
            return [_Effect("throttle", (sign / 2, sign / 2))] if name == "magnitude" else None
        names = defaults_of(function)
        given = dict(
            zip([argument.arg for argument in function.args.args[1:]], call.args, strict=False)
        )
        given |= {word.arg: word.value for word in call.keywords if word.arg}
        names |= {key: self._value(value, names) for key, value in given.items()}
        inner = [node for node in function.body if isinstance(node, ast.FunctionDef)]
        if len(inner) != 1 or not inner[0].args.args:
            return None
        names[inner[0].args.args[0].arg] = _POSITION
        return self._run(inner[0].body, names, DEPTH)

    def _run(
        self, body: Sequence[ast.stmt], names: dict[str, Linear | None], depth: int
    ) -> list[_Effect] | None:
        effects: list[_Effect] = []
        for statement in body:
            did = [] if is_talk(statement) else self._of_statement(statement, names, depth)
            if did is None:
                return None
            effects += did
        return effects

    def _of_statement(
        self, statement: ast.stmt, names: dict[str, Linear | None], depth: int
    ) -> list[_Effect] | None:
        if isinstance(statement, ast.If):
            return self._branch(statement, names, depth)
        if isinstance(statement, ast.Assign | ast.AugAssign):
            return self._assign(statement, names)
        call = call_of(statement)
        name = None if call is None else own_name(call.func)
        if call is None or name is None:
            return None
        if name == "on_throttle_changes":
            return []
        value = self._value(call.args[0], names) if len(call.args) == 1 else None
        if value is None:
            return None
        if ast.unparse(call.func).startswith("super"):
            return _of_donkeycar(name, value)
        return self._of_method(name, value, depth)

    def _branch(
        self, statement: ast.If, names: dict[str, Linear | None], depth: int
    ) -> list[_Effect] | None:
        test = statement.test
        if isinstance(test, ast.Name):
            # A method of donkeycar 5 tests `reversed`, which is a function of Python, and so true.
            known = names.get(test.id, (0.0, 1.0) if test.id == "reversed" else None)
            if known is None or known[0]:
                return None
            return self._run(statement.body if known[1] else statement.orelse, names, depth)
        way = self._way(test, names)
        word = None if way is None else self._presses.of_body(statement.body, depth)
        if word is None:
            return None
        here = [_Effect(word, way=way)] if word else []
        rest = statement.orelse
        if len(rest) == 1 and isinstance(rest[0], ast.If):
            more = self._branch(rest[0], names, depth)
            return None if more is None else here + more
        return here if self._presses.of_body(rest, depth) == "" else None

    def _way(self, test: ast.expr, names: Mapping[str, Linear | None]) -> str | None:
        """The direction in which an axis must be pushed for a comparison to hold."""
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return None
        left, right = (self._value(side, names) for side in (test.left, test.comparators[0]))
        if left != _POSITION or right is None or right[0]:
            return None
        limit, is_equal = right[1], isinstance(test.ops[0], ast.Eq)
        if isinstance(test.ops[0], ast.Gt | ast.GtE) or (is_equal and limit > 0):
            return "" if limit >= 0 else None
        if isinstance(test.ops[0], ast.Lt | ast.LtE) or (is_equal and limit < 0):
            return "-" if limit <= 0 else None
        return None

    def _assign(
        self, statement: ast.Assign | ast.AugAssign, names: dict[str, Linear | None]
    ) -> list[_Effect] | None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        value: ast.expr = statement.value
        if isinstance(statement, ast.AugAssign):
            value = ast.BinOp(statement.target, statement.op, statement.value)
        result = self._value(value, names)
        if len(targets) == 1 and isinstance(targets[0], ast.Name):
            names[targets[0].id] = result
            return []
        name = own_name(targets[0]) if len(targets) == 1 else None
        if name == "last_throttle_axis_val":
            return []
        if result is None or name not in ("angle", "throttle"):
            return None
        if name == "angle":
            return [_Effect("steering", result)]
        # `set_throttle` multiplies by the direction, as this car does with the role throttle.
        way = self._throttle_dir
        return [_Effect("throttle", (result[0] * way, result[1] * way))]

    def _value(self, node: ast.expr, names: Mapping[str, Linear | None]) -> Linear | None:
        return value_of(node, names, throttle_dir=self._throttle_dir)

    def _summed(self, effects: list[_Effect]) -> AxisUse | None:
        if all(effect.way is not None for effect in effects):
            return AxisUse({effect.way or "": effect.word for effect in effects})
        if len(effects) > 1:
            return None
        word, (slope, offset), _ = effects[0]
        if abs(slope) < _SMALL:
            return None
        if abs(offset) < _SMALL:
            return AxisUse({"" if slope > 0 else "-": word}, abs(slope))
        if word != "throttle" or abs(abs(offset) - abs(slope)) > _SMALL:
            return None
        # Zero at one end of the axis: a trigger.
        at_low_end = offset * slope > 0
        end = 2 * slope if at_low_end else -2 * slope
        role = "throttle_forward" if end * self._throttle_dir > 0 else "throttle_reverse"
        return AxisUse({"" if at_low_end else "-": role}, abs(end))


def _of_donkeycar(name: str, value: Linear) -> list[_Effect] | None:
    """Effects of a method that the controllers of donkeycar 5 have."""
    flipped = (-value[0], -value[1])
    known = {
        "set_steering": [_Effect("steering", value)],
        "set_throttle": [_Effect("throttle", value)],
        "on_steering": [_Effect("steering", flipped)],
        "on_throttle": [_Effect("throttle", flipped)],
        "on_axis_dpad_UD": [_Effect("limit_up", way="-"), _Effect("limit_down", way="")],
        "on_axis_dpad_LR": [],
        "do_nothing": [],
    }
    return known.get(name)
