"""Reads somebody else's settings file without running it.

`read_owner_file` runs the file of the car's owner. The folder of another car is data: this reads
the syntax tree of its files, as far as its values can be known without running anything.
"""

import ast
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.settings.owner.expression import (
    CALLS,
    MODULES,
    VALUES,
    Known,
    Unreadable,
    bounded,
    value_of,
)
from donkeycar.settings.owner.file import OwnerFile, covered_lines, parse_file, refuse_colons
from donkeycar.settings.owner.unread import Unread, take_out
from donkeycar.settings.schema import SETTINGS

# A settings file is some 800 lines, 40 kB.
MAX_BYTES = 2_000_000
# A file may take names from a file beside it, and that from a third one.
DEEPEST_IMPORT = 3
# Functions that can give any name a value.
ANYTHING = {"exec", "eval", "globals", "locals", "vars", "setattr", "__import__"}
_CHANGING = {"update", "append", "extend", "insert", "pop", "setdefault", "remove", "clear"}


def read_unrun(path: Path, unread: dict[str, Unread]) -> OwnerFile:
    """Read the upper-case names of a settings file, and run nothing.

    Args:
        path: A ``config.py`` or ``myconfig.py``.
        unread: Gets every upper-case name whose value cannot be known; ``"*"`` stands for code
            that may set any name, and ``"NAME.ENTRY"`` for one entry of a dictionary. A name that
            the file gives a plain value is taken out of it.

    Raises:
        ConfigError: If the file cannot be read, or is not Python.
    """
    source = _source_of(path)
    reader = _Reader(path, source)
    tree = parse_file(source, path)
    refuse_colons(tree, path)
    reader.read(tree.body)
    values = {
        name: value
        for name, value in reader.names.items()
        if name.isupper() and not isinstance(value, Unreadable | Known)
    }
    for name in values:
        take_out(unread, name)
    unread.update({name: each for name, each in reader.unread.items() if name not in values})
    small = {
        name: reader.lines[name]
        for name, value in reader.names.items()
        if name in reader.lines
        and name.upper() in SETTINGS
        and name.upper() not in values
        and not isinstance(value, Unreadable | Known)
    }
    lines = {name: reader.lines[name] for name in values}
    return OwnerFile(values, lines, small, tuple(covered_lines(tree)))


def _source_of(path: Path) -> bytes:
    if not path.is_file():
        raise ConfigError(f"{path} must be a file. Received: something else of that name")
    try:
        with path.open("rb") as file:
            source = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    if len(source) > MAX_BYTES:
        raise ConfigError(f"{path} must be at most {MAX_BYTES} bytes. Received: more")
    return source


class _Reader:
    """Goes through the statements of a file, and keeps what each name stands for."""

    def __init__(self, path: Path, source: bytes, depth: int = 0) -> None:
        self.path = path
        self.names: dict[str, Any] = {"__file__": str(path), "__name__": path.stem}
        self.lines: dict[str, int] = {}
        self.unread: dict[str, Unread] = {}
        self._text = source.decode("utf-8", "replace")
        self._depth = depth

    def read(self, statements: Iterable[ast.stmt]) -> None:
        """Read statements, in order."""
        for statement in statements:
            _STATEMENTS.get(type(statement), _Reader.lose)(self, statement)

    def define(self, statement: Any) -> None:
        """``def`` and ``class``: code, which may change other names only by saying so."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in ANYTHING:
                self._forget("*", statement, f"{node.id}() may set any name")
            for name in node.names if isinstance(node, ast.Global) else ():
                self._forget(name, statement, "code may change it")
        self._forget(statement.name, statement, "it is code")

    def lose(self, statement: ast.AST, why: str = "it is given a value by code") -> None:
        """Forget every name that a statement may change."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in ANYTHING:
                self._forget("*", statement, f"{node.id}() may set any name")
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
                self._forget(node.id, statement, why)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                self._forget(node.name, node, "it is code")
            elif isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(
                node.ctx, ast.Load
            ):
                self._forget_root(node, statement, why)
            elif isinstance(node, ast.Call):
                self._forget_arguments(node, statement)

    def _forget(self, name: str, where: ast.AST, why: str) -> None:
        line = getattr(where, "lineno", 1)
        self.names[name] = Unreadable(why)
        self.lines[name] = line
        take_out(self.unread, name)
        if name.isupper() or name == "*":
            source = ast.get_source_segment(self._text, where) or ""
            self.unread[name] = Unread(f"{self.path.name}:{line}", why, source)

    def _forget_root(self, node: ast.AST, where: ast.AST, why: str) -> None:
        """Forget the name of which a part is changed, as in ``NAME["ENTRY"] = 1``."""
        while isinstance(node, ast.Subscript | ast.Attribute):
            node = node.value
        if isinstance(node, ast.Name):
            self._forget(node.id, where, why)

    def _forget_arguments(self, call: ast.Call, where: ast.AST) -> None:
        """Forget dictionaries and lists that code gets, which it may change."""
        held = [*call.args, *(each.value for each in call.keywords)]
        if isinstance(call.func, ast.Attribute) and call.func.attr in _CHANGING:
            held.append(call.func.value)
        for node in held:
            if isinstance(node, ast.Name) and isinstance(self.names.get(node.id), dict | list):
                self._forget(node.id, where, "code may change it")

    def put(self, name: str, value: Any, line: int) -> None:
        """Give a name its value."""
        self.names[name] = value
        self.lines[name] = line
        take_out(self.unread, name)

    def assign(self, statement: Any) -> None:
        """``NAME = value``, with one or several names."""
        if self._assign_entries(statement):
            return
        try:
            value = value_of(statement.value, self.names)
            if isinstance(value, Known) and value.name not in MODULES:
                raise Unreadable("it is code")
            for target in statement.targets:
                self._give(target, value, statement)
        except Unreadable as error:
            self.lose(statement, str(error))

    def _assign_entries(self, statement: Any) -> bool:
        """``NAME = {"ENTRY": value}``: what is code in one entry does not hide the others.

        Returns:
            Whether it was such a dictionary, of a setting, with code in it.
        """
        target, display = statement.targets[0], statement.value
        if len(statement.targets) > 1 or not isinstance(target, ast.Name):
            return False
        is_family = target.id in SETTINGS and SETTINGS[target.id].fields
        if not is_family or not isinstance(display, ast.Dict):
            return False
        known, code = {}, {}
        for key, entry in zip(display.keys, display.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                return False
            try:
                value = value_of(entry, self.names)
                if isinstance(value, Known):
                    raise Unreadable("it is code")
                known[key.value] = value
            except Unreadable as error:
                written = ast.get_source_segment(self._text, entry)
                source = f"{target.id}[{key.value!r}] = {written}"
                code[key.value] = Unread(f"{self.path.name}:{entry.lineno}", str(error), source)
        try:
            bounded(known)
        except Unreadable:
            return False
        if not code:
            return False
        for entry in display.values:
            self.lose(entry)  # a call in it may change another name
        self.put(target.id, known, statement.lineno)
        self.unread.update({f"{target.id}.{name}": each for name, each in code.items()})
        return True

    def _give(self, target: ast.expr, value: Any, statement: ast.stmt) -> None:
        if isinstance(target, ast.Name):
            self.put(target.id, value, statement.lineno)
        elif isinstance(target, ast.Tuple | ast.List):
            if not isinstance(value, tuple | list) or len(value) != len(target.elts):
                raise Unreadable("it gets a part of something")
            for one, part in zip(target.elts, value, strict=True):
                self._give(one, part, statement)
        elif isinstance(target, ast.Subscript):
            held = value_of(target.value, self.names)
            if not isinstance(held, dict | list):
                raise Unreadable("a part of it is changed")
            key = value_of(target.slice, self.names)
            held[key] = value
            bounded(held)
            if isinstance(target.value, ast.Name):
                self.unread.pop(f"{target.value.id}.{key}", None)
        else:
            raise Unreadable("it is changed by code")

    def annotated(self, statement: Any) -> None:
        """``NAME: int = value``; a name without a value stays as it was."""
        if statement.value is not None:
            plain = ast.Assign([statement.target], statement.value)
            self.assign(ast.copy_location(plain, statement))

    def augmented(self, statement: Any) -> None:
        """``NAME += value``."""
        try:
            target = ast.parse(ast.unparse(statement.target), mode="eval").body
            sum_ = ast.copy_location(ast.BinOp(target, statement.op, statement.value), statement)
            self._give(statement.target, value_of(sum_, self.names), statement)
        except Unreadable as error:
            self.lose(statement, str(error))

    def conditional(self, statement: Any) -> None:
        """``if``: one of the two, if the condition can be known."""
        try:
            holds = value_of(statement.test, self.names)
        except Unreadable as error:
            self.lose(statement, f"it depends on a condition: {error}")
        else:
            self.read(statement.body if holds else statement.orelse)

    def expression(self, statement: Any) -> None:
        """An expression alone: ``NAME.update({...})`` counts, everything else gives no value."""
        call = statement.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            try:
                held = value_of(call.func.value, self.names)
                given = [value_of(each, self.names) for each in call.args]
                named = {str(each.arg): value_of(each.value, self.names) for each in call.keywords}
                change = _CHANGES.get((type(held), call.func.attr))
                if change is not None and None not in (each.arg for each in call.keywords):
                    change(held, *given, **named)
                    bounded(held)
                    return
            except Unreadable:
                pass
            except (TypeError, ValueError, IndexError, KeyError):
                pass
        if not isinstance(call, ast.Constant):
            self.lose(statement)

    def import_(self, statement: Any) -> None:
        """``import os``: modules whose functions are known."""
        for each in statement.names:
            top = each.name if each.asname else each.name.partition(".")[0]
            name = each.asname or top
            if top in MODULES:
                self.names[name] = Known(top)
            else:
                self._forget(name, statement, f"it is the module {each.name}")

    def import_from(self, statement: Any) -> None:
        """``from x import y``: known functions, and values of a file beside this one."""
        beside = self._beside(statement)
        for each in statement.names:
            name, full = each.asname or each.name, f"{statement.module}.{each.name}"
            if full in VALUES:
                self.names[name] = VALUES[full]
            elif full in CALLS or full in MODULES:
                self.names[name] = Known(full)
            elif beside is not None and each.name == "*":
                for other in beside.names.keys() - {"__file__", "__name__"}:
                    self._take(other, beside, other, statement)
            elif beside is not None and each.name in beside.names:
                self._take(name, beside, each.name, statement)
            elif each.name == "*":
                self._forget("*", statement, f"{statement.module} may set any name")
            else:
                self._forget(name, statement, f"it comes from {statement.module or '.'}")

    def _take(self, name: str, other: "_Reader", known: str, statement: ast.stmt) -> None:
        value = other.names[known]
        if isinstance(value, Unreadable):
            self._forget(name, statement, str(value))
        else:
            self.put(name, value, statement.lineno)

    def _beside(self, statement: Any) -> "_Reader | None":
        """The names of a file in the same folder, read in the same way."""
        module = statement.module or ""
        path = self.path.parent / f"{module}.py"
        is_plain = module.isidentifier() and path.parent.resolve() == path.resolve().parent
        if not is_plain or not path.is_file() or self._depth >= DEEPEST_IMPORT:
            return None
        try:
            source = _source_of(path)
            other = _Reader(path, source, self._depth + 1)
            other.read(parse_file(source, path).body)
        except ConfigError:
            return None
        return other


def _insert_all(held: dict[Any, Any], *given: Any, **named: Any) -> None:
    held.update(*given, **named)


_CHANGES: dict[tuple[type, str], Callable[..., Any]] = {
    (dict, "update"): _insert_all,
    (list, "append"): list.append,
    (list, "extend"): list.extend,
}

_STATEMENTS: dict[type[ast.stmt], Callable[[_Reader, Any], None]] = {
    ast.Assign: _Reader.assign,
    ast.AnnAssign: _Reader.annotated,
    ast.AugAssign: _Reader.augmented,
    ast.If: _Reader.conditional,
    ast.Expr: _Reader.expression,
    ast.Import: _Reader.import_,
    ast.ImportFrom: _Reader.import_from,
    ast.FunctionDef: _Reader.define,
    ast.AsyncFunctionDef: _Reader.define,
    ast.ClassDef: _Reader.define,
    ast.Pass: lambda reader, statement: None,
}
