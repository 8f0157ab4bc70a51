"""Finds the place of a value in the text of a settings file."""

import ast


def last_assignment(tree: ast.Module, name: str) -> ast.expr | None:
    """The value in the last plain assignment, if nothing after it binds or changes `name`."""
    found: ast.expr | None = None
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets: list[ast.expr] = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        else:
            targets = []
        if len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id == name:
            found = getattr(statement, "value", None)
        elif _touches(statement, name):
            found = None
    return found


def _touches(statement: ast.stmt, name: str) -> bool:
    """Whether a statement may change `name`: it assigns it, writes into it, or imports ``*``."""
    for node in ast.walk(statement):
        if isinstance(node, ast.alias) and name in (node.asname or node.name, "*"):
            return True
        if isinstance(node, ast.alias) and node.name == "*":
            return True
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return True
        if isinstance(node, ast.Name) and node.id == name:
            if isinstance(node.ctx, ast.Store | ast.Del):
                return True
            if not isinstance(statement, ast.Assign):
                return True  # e.g. NAME.update(...)
    if isinstance(statement, ast.Assign):
        return any(
            isinstance(node, ast.Name) and node.id == name
            for target in statement.targets
            for node in ast.walk(target)
        )
    return False


def offset_of(lines: list[str], line: int, column: int) -> int:
    """The number of characters before a place that the parser reports.

    Args:
        lines: The text, with the ends of its lines.
        line: Line of the place, from 1.
        column: Column of the place, in bytes of UTF-8, from 0.
    """
    before = sum(len(text) for text in lines[: line - 1])
    return before + len(lines[line - 1].encode()[:column].decode())
