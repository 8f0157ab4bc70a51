"""The classes of a ``my_joystick.py``: the one that names controls, and the one that uses them."""

import ast
from collections.abc import Iterator

from donkeycar.management.old_joystick.names import KINDS, PLAIN
from donkeycar.management.old_joystick.presses import own_name

# The class that the manage.py of donkeycar 5 takes from the file.
USUAL = "MyJoystickController"


class Classes:
    """The classes of one file.

    Args:
        tree: The file.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def line_of(self, name: str) -> list[ast.ClassDef]:
        """A class and those that it is built on, as far as they are in the file, nearest first."""
        found: list[ast.ClassDef] = []
        todo = [name]
        while todo:
            node = self._classes.get(todo.pop(0))
            if node is not None and node not in found:
                found.append(node)
                todo += [_last_name(base) for base in node.bases]
        return found

    def base_of(self, name: str) -> str:
        """The class of donkeycar that a class is built on; "" for none."""
        bases = [_last_name(base) for node in self.line_of(name) for base in node.bases]
        return next((base for base in bases if base in KINDS or base in PLAIN), "")

    def controller(self) -> str:
        """The name of the class that binds controls to actions; "" if there is none."""
        names = [name for name in self._classes if self.base_of(name)]
        return USUAL if USUAL in names else next(reversed(names), "")

    def joystick(self, controller: str) -> str:
        """The name of the class that names the controls of a controller; "" if it has none."""
        for node in self.line_of(controller):
            for call in ast.walk(node):
                if isinstance(call, ast.Assign) and own_name(call.targets[0]) == "js":
                    made = call.value.func if isinstance(call.value, ast.Call) else call.value
                    if (name := _last_name(made)) in self._classes:
                        return name
        return ""

    def methods(self, name: str) -> dict[str, ast.FunctionDef]:
        """The methods of a class, its own before those that it is built on."""
        found: dict[str, ast.FunctionDef] = {}
        for node in self.line_of(name):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    found.setdefault(method.name, method)
        return found

    def others(self, *used: str) -> Iterator[ast.ClassDef]:
        """Classes of the file that the named ones do not need."""
        needed = {node.name for name in used for node in self.line_of(name)}
        return (node for name, node in self._classes.items() if name not in needed)

    def above(self, name: str, method: str) -> ast.FunctionDef | None:
        """The method that ``super()`` finds in a class, if it is in the file."""
        found = [
            node
            for part in self.line_of(name)[1:]
            for node in part.body
            if isinstance(node, ast.FunctionDef) and node.name == method
        ]
        return found[0] if found else None


def _last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]
