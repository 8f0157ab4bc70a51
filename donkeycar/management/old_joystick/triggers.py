"""The trigger maps of an old controller: which of its methods belongs to which control."""

import ast
from collections.abc import Sequence
from typing import NamedTuple

from donkeycar.management.old_joystick.classes import Classes
from donkeycar.management.old_joystick.names import KINDS
from donkeycar.management.old_joystick.presses import call_of, is_talk, own_name

_MAPS = {
    "button_down_trigger_map": "down",
    "button_up_trigger_map": "up",
    "axis_trigger_map": "axis",
}
_SETTERS = {
    "set_button_down_trigger": "down",
    "set_button_up_trigger": "up",
    "set_axis_trigger": "axis",
}
METHOD = "init_trigger_maps"


class Trigger(NamedTuple):
    """A method and where it was bound."""

    function: ast.expr
    line: int


class Triggers:
    """Reads the trigger maps of one class.

    Args:
        classes: The classes of the file.
        controller: Name of the class.

    Attributes:
        maps: ``"down"``, ``"up"`` and ``"axis"`` -> the owner's name of a control -> its method.
        gone: Names that the class takes out of the maps that it is built on.
        inherits: The kind of gamepad whose bindings it is built on; "" for none.
        unknown: Lines that are not understood, with the text of each.
    """

    def __init__(self, classes: Classes, controller: str) -> None:
        self.maps: dict[str, dict[str, Trigger]] = {"down": {}, "up": {}, "axis": {}}
        self.gone: set[str] = set()
        self.inherits = ""
        self.unknown: dict[int, str] = {}
        self._classes, self._controller = classes, controller
        methods = classes.methods(controller)
        if METHOD in methods:
            self._read(methods[METHOD].body)
        else:
            self.inherits = KINDS.get(classes.base_of(controller), "")
        for statement in methods["__init__"].body if "__init__" in methods else ():
            call = call_of(statement)
            if call is not None and own_name(call.func) in _SETTERS:
                self._statement(statement)

    def _read(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            if not is_talk(statement) and not self._statement(statement):
                text = ast.unparse(statement).partition("\n")[0]
                self.unknown[statement.lineno] = text

    def _statement(self, statement: ast.stmt) -> bool:
        """Follow one statement; false if it is not understood."""
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            return self._assign(statement.targets[0], statement.value)
        if isinstance(statement, ast.Delete):
            return all(self._delete(target) for target in statement.targets)
        call = call_of(statement)
        if call is None:
            return False
        name = own_name(call.func)
        if name == METHOD:
            return self._super()
        if name in _SETTERS and len(call.args) == 2:
            return self._put(_SETTERS[name], call.args[0], call.args[1])
        if isinstance(call.func, ast.Attribute) and call.func.attr == "update" and call.args:
            which = _MAPS.get(own_name(call.func.value) or "")
            return bool(which) and self._fill(which or "", call.args[0])
        return False

    def _super(self) -> bool:
        above = self._classes.above(self._controller, METHOD)
        if above is not None:
            self._read(above.body)
        else:
            self.inherits = KINDS.get(self._classes.base_of(self._controller), "")
        return True

    def _assign(self, target: ast.expr, value: ast.expr) -> bool:
        which = _MAPS.get(own_name(target) or "")
        if which:
            before = dict(self.maps[which])
            self.maps[which].clear()
            if self.inherits:
                self.gone.add(which)
            return self._fill(which, value, before)
        if isinstance(target, ast.Subscript):
            which = _MAPS.get(own_name(target.value) or "")
            return bool(which) and self._put(which or "", target.slice, value)
        return False

    def _delete(self, target: ast.expr) -> bool:
        which = _MAPS.get(own_name(target.value) or "") if isinstance(target, ast.Subscript) else ""
        if not which or not isinstance(target, ast.Subscript):
            return False
        key = target.slice
        if not isinstance(key, ast.Constant):
            return False
        self.maps[which].pop(str(key.value), None)
        self.gone.add(str(key.value))
        return True

    def _fill(
        self, which: str, value: ast.expr, before: "dict[str, Trigger] | None" = None
    ) -> bool:
        if not isinstance(value, ast.Dict):
            return False
        well = True
        for key, function in zip(value.keys, value.values, strict=True):
            if key is None and _MAPS.get(own_name(function) or "") == which:
                self.maps[which] |= before or {}
            else:
                well = key is not None and self._put(which, key, function) and well
        return well

    def _put(self, which: str, key: ast.expr, function: ast.expr) -> bool:
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            return False
        self.maps[which].pop(key.value, None)
        self.maps[which][key.value] = Trigger(function, function.lineno)
        return True
