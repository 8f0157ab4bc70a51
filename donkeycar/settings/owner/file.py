"""Runs an owner's settings file, and finds the line on which each name got its value."""

import ast
import sys
import traceback
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError, text_of
from donkeycar.gone import GoneAttribute, GoneModule
from donkeycar.settings.schema import SETTINGS


class OwnerFile(NamedTuple):
    """The contents of a settings file.

    Attributes:
        values: Values by upper-case name.
        lines: The line of the assignment, by name.
        small: The same for names that would be settings in capitals.
        covered: Lines of settings that a later line overrides with another value: name, line, and
            the later line.
    """

    values: dict[str, Any]
    lines: dict[str, int]
    small: dict[str, int]
    covered: tuple[tuple[str, int, int], ...] = ()


def read_owner_file(path: Path) -> OwnerFile:
    """Run `path` as plain Python and collect its upper-case names.

    The file belongs to the owner of the car, who may import, compute and define functions in it.
    It can import modules in its own folder.

    Args:
        path: A ``config.py`` or ``myconfig.py``.

    Raises:
        ConfigError: If the file cannot be read, is not Python, or fails; it names file and line.
    """
    if not path.is_file():
        raise ConfigError(f"{path} must be a file. Received: something else of that name")
    try:
        source = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    tree = parse_file(source, path)
    refuse_colons(tree, path)
    everything = _run(tree, path)
    values = {name: value for name, value in everything.items() if name.isupper()}
    lines = _lines(tree)
    small = {
        name: lines[name]
        for name, value in everything.items()
        if name in lines
        and name.upper() in SETTINGS
        and name.upper() not in values
        and not callable(value)
    }
    placed = {name: lines.get(name, lines.get("*", 1)) for name in values}
    return OwnerFile(values, placed, small, tuple(covered_lines(tree)))


def parse_file(source: bytes, path: Path) -> ast.Module:
    """The syntax tree of a settings file.

    Raises:
        ConfigError: If it is not Python; it names file and line.
    """
    try:
        tree = ast.parse(source, str(path))
    except SyntaxError as error:
        line = (error.text or "").strip()
        rest = f". Received: {line:.60}" if line and line.isprintable() else _encoding(source)
        raise ConfigError(
            f"{path.name}:{error.lineno or 1}: not Python: {error.msg or 'no reason'}{rest}"
            f"{'' if rest == _encoding(source) != '' else _step(error)}"
        ) from error
    except ValueError as error:
        raise ConfigError(f"{path.name}:1: not Python: {error}{_encoding(source)}") from error
    except (RecursionError, MemoryError) as error:
        raise ConfigError(f"{path.name}:1: not Python: nested too deeply") from error
    return tree


def refuse_colons(tree: ast.Module, path: Path) -> None:
    """Refuse ``NAME: 3``, which Python takes as an annotation without a value."""
    values = (ast.Constant, ast.UnaryOp, ast.Dict, ast.List, ast.Tuple)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.AnnAssign)
            and node.value is None
            and isinstance(node.target, ast.Name)
            and node.target.id.isupper()
            and isinstance(node.annotation, values)
        ):
            name, written = node.target.id, ast.unparse(node.annotation)
            raise ConfigError(
                f"{path.name}:{node.lineno}: A setting gets its value by an equals sign. Received: "
                f"{name}: {written:.60}. Write {name} = {written:.60}"
            )


def _encoding(source: bytes) -> str:
    """The next step if an editor saved the file as UTF-16, with two bytes per letter."""
    return ". Save it as UTF-8" if b"\0" in source else ""


def _step(error: SyntaxError) -> str:
    """What mends a line that is not Python."""
    words = error.msg or ""
    if "unicodeescape" in words:
        return ". Write the path with / instead of \\"
    if "codec can't decode byte" in words or "UTF-8" in words:
        return ". Save it as UTF-8"
    return ". Correct this line" if error.text and error.text.strip() else ""


def _run(tree: ast.Module, path: Path) -> dict[str, Any]:
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    try:
        with _importable(path.parent):
            exec(compile(tree, str(path), "exec"), vars(module))
    # Any error of the owner's own code ends here: it becomes one line that they can act on.
    except (Exception, SystemExit) as error:
        line = _failing_line(error, path)
        if isinstance(error, GoneModule | GoneAttribute):
            raise ConfigError(
                f"{path.name}:{line}: {error.args[0].partition(' (')[0]}. Delete the import, and "
                "what needs it: TRAIN_FILTER gets a dictionary, settings are plain values"
            ) from error
        reason = f"{type(error).__name__}: {text_of(error)}".splitlines()[0]
        if isinstance(error, NameError) and str(error.name).title() in ("True", "False", "None"):
            reason += f". Write {str(error.name).title()}, with a capital"
        elif isinstance(error, NameError) and _is_choice(str(error.name)):
            reason += f". Write {str(error.name)!r}, with quotes"
        raise ConfigError(f"{path.name}:{line}: {reason}") from error
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }


def _is_choice(word: str) -> bool:
    """Whether this word is a valid value of some setting."""
    from donkeycar.settings.schema import SETTINGS

    return any(word in (setting.choices or ()) for setting in SETTINGS.values())


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        if str(folder) in sys.path:
            sys.path.remove(str(folder))


def _failing_line(error: BaseException, path: Path) -> int:
    lines = [
        frame.lineno or 1
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path)
    ]
    if lines:
        return lines[-1]
    return 1


def covered_lines(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Plain values of settings that a later line overrides before anything reads them."""
    held: dict[str, tuple[int, ast.expr]] = {}
    for statement in tree.body:
        read = {
            node.id
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        for name in read:
            held.pop(name, None)
        if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1):
            continue
        target, value = statement.targets[0], statement.value
        if not (isinstance(target, ast.Name) and target.id in SETTINGS):
            continue
        before = held.get(target.id)
        if before and ast.dump(before[1]) != ast.dump(value):
            yield target.id, before[0], statement.lineno
        held[target.id] = (statement.lineno, value)


def _lines(tree: ast.Module) -> dict[str, int]:
    """Line of the last assignment to each name; ``*`` stands for a star import."""
    lines: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            name = node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            name = node.name
        elif isinstance(node, ast.alias):
            name = node.asname or node.name
        else:
            continue
        lines[name] = max(lines.get(name, 0), node.lineno)
    return lines
