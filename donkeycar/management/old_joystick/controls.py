"""The names that the owner of a ``my_joystick.py`` gave to the controls of a gamepad."""

import ast
import re
from collections.abc import Iterable

from donkeycar.management.old_joystick.names import AXES
from donkeycar.management.old_joystick.presses import call_of, own_name
from donkeycar.parts.controller.codes import AXIS_NAMES, BUTTON_NAMES
from donkeycar.parts.controller.mappings import control_named

# The name that donkeycar 5 gave to a control without one.
_UNNAMED = re.compile(r"unknown\((0x[0-9a-fA-F]+)\)")
_KINDS = {"button_names": "button", "axis_names": "axis"}


class Controls:
    """The controls of a gamepad by the owner's names.

    Args:
        init: The method of the class that names them; ``None`` if the class is one of donkeycar's.

    Attributes:
        codes: ``"button"`` and ``"axis"`` -> name -> codes of the kernel.
    """

    def __init__(self, init: ast.FunctionDef | None) -> None:
        self.codes: dict[str, dict[str, list[int]]] = {"button": {}, "axis": {}}
        self._has_own = init is not None
        for statement in init.body if init is not None else ():
            self._statement(statement)

    def controls(self, name: str, kind: str) -> list[str]:
        """The present names of a control; empty if the pad has none of that name.

        Args:
            name: The owner's name.
            kind: ``"button"`` or ``"axis"``.
        """
        if not self._has_own:
            now = AXES.get(name, "") if kind == "axis" else control_named(name)
            return [now] if now and now != name else []
        unnamed = _UNNAMED.fullmatch(name)
        codes = self.codes[kind].get(name, [])
        if not codes and unnamed:
            codes = [int(unnamed[1], 16)]
        known = BUTTON_NAMES if kind == "button" else AXIS_NAMES
        return [known[code] for code in codes if code in known]

    def code_of(self, name: str, kind: str) -> str:
        """The kernel's number of a control, for a message; "" if the pad has none of that name."""
        return ", ".join(hex(code) for code in self.codes[kind].get(name, []))

    def buttons(self) -> Iterable[str]:
        """Present names of all buttons with a name."""
        return (
            control for name in self.codes["button"] for control in self.controls(name, "button")
        )

    def _statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
            kind = _KINDS.get(own_name(target) or "")
            if kind:
                self.codes[kind] = {}
                self._fill(kind, statement.value)
            elif isinstance(target, ast.Subscript):
                kind = _KINDS.get(own_name(target.value) or "")
                if kind:
                    self._put(kind, target.slice, statement.value)
            return
        call = call_of(statement)
        if call is not None and isinstance(call.func, ast.Attribute) and call.args:
            kind = _KINDS.get(own_name(call.func.value) or "")
            if kind and call.func.attr == "update":
                self._fill(kind, call.args[0])

    def _fill(self, kind: str, value: ast.expr) -> None:
        if isinstance(value, ast.Dict):
            for key, name in zip(value.keys, value.values, strict=True):
                if key is not None:
                    self._put(kind, key, name)

    def _put(self, kind: str, key: ast.expr, name: ast.expr) -> None:
        if isinstance(key, ast.Constant) and isinstance(key.value, int):
            for names in self.codes[kind].values():
                if key.value in names:
                    names.remove(key.value)  # a number that is named twice has the later name
            if isinstance(name, ast.Constant):
                self.codes[kind].setdefault(str(name.value), []).append(key.value)
