"""Values in the source of a method, as a * x + b of the position x of an axis."""

import ast
from collections.abc import Mapping

# (a, b); x runs from -1 to +1.
Linear = tuple[float, float]
Names = Mapping[str, Linear | None]


def value_of(node: ast.expr, names: Names, *, throttle_dir: float) -> Linear | None:
    """The value of an expression.

    Args:
        node: The expression.
        names: Values of the local names; ``None`` for one that is not known.
        throttle_dir: `JOYSTICK_THROTTLE_DIR` of the car.

    Returns:
        ``None`` if it is not such a value.
    """
    match node:
        case ast.Constant(value=bool() | int() | float() as number):
            return 0.0, float(number)
        case ast.Name(id=name):
            return names.get(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = value_of(operand, names, throttle_dir=throttle_dir)
            return None if inner is None else (-inner[0], -inner[1])
        case ast.Call(func=ast.Name(id="float"), args=[argument]):
            return value_of(argument, names, throttle_dir=throttle_dir)
        case ast.Attribute(attr="steering_scale" | "throttle_scale"):
            return 0.0, 1.0  # settings, which the car applies itself
        case ast.Attribute(attr="throttle_dir"):
            return 0.0, throttle_dir
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(
                value_of(left, names, throttle_dir=throttle_dir),
                op,
                value_of(right, names, throttle_dir=throttle_dir),
            )
    return None


def _combined(left: Linear | None, op: ast.operator, right: Linear | None) -> Linear | None:
    if left is None or right is None:
        return None
    if isinstance(op, ast.Add):
        return left[0] + right[0], left[1] + right[1]
    if isinstance(op, ast.Sub):
        return left[0] - right[0], left[1] - right[1]
    if isinstance(op, ast.Mult) and not (left[0] and right[0]):
        return left[0] * right[1] + left[1] * right[0], left[1] * right[1]
    if isinstance(op, ast.Div) and not right[0] and right[1]:
        return left[0] / right[1], left[1] / right[1]
    return None


def defaults_of(function: ast.FunctionDef) -> dict[str, Linear | None]:
    """The numbers that a function takes for arguments that are not given."""
    names = [argument.arg for argument in function.args.args]
    values = function.args.defaults
    return {
        name: (0.0, float(value.value))
        for name, value in zip(names[len(names) - len(values) :], values, strict=True)
        if isinstance(value, ast.Constant) and isinstance(value.value, bool | int | float)
    }
