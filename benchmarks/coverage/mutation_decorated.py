"""For `mutation`: lets mutmut mutate properties and context managers too.

mutmut leaves decorated functions alone, because it would run the decorator once for each mutant.
Here the decorator stays on the function that chooses a mutant, and no mutant has it.
"""

import sys
from collections.abc import Iterable, Sequence

import libcst as cst
from mutmut.__main__ import cli
from mutmut.mutation import file_mutation
from mutmut.mutation.file_mutation import MODULE_STATEMENT, Mutation, MutationVisitor

# Functions that mutmut can mutate by itself, and those that it can with the changes below.
OWN = ("staticmethod", "classmethod")
ADDED = ("property", "contextmanager")

_skips = MutationVisitor._skip_node_and_children
_arrangement = file_mutation.function_trampoline_arrangement
Arrangement = tuple[
    Sequence[MODULE_STATEMENT], Sequence[MODULE_STATEMENT], Sequence[MODULE_STATEMENT],
    Sequence[str],
]  # fmt: skip


def _is_added(node: cst.CSTNode) -> bool:
    """Whether this is a function with one decorator, out of `ADDED`."""
    if not isinstance(node, cst.FunctionDef) or len(node.decorators) != 1:
        return False
    name = node.decorators[0].decorator
    return isinstance(name, cst.Name) and name.value in ADDED


def _skips_less(self: MutationVisitor, node: cst.CSTNode) -> bool:
    return _skips(self, node.with_changes(decorators=()) if _is_added(node) else node)


def _arranged(
    function: cst.FunctionDef, mutants: Iterable[Mutation], class_name: str | None
) -> Arrangement:
    if not _is_added(function):
        return _arrangement(function, mutants, class_name)
    plain = function.with_changes(decorators=())
    declared, (chooser, *versions), assigned, names = _arrangement(plain, mutants, class_name)
    chooser = chooser.with_changes(decorators=[*function.decorators, *chooser.decorators])
    return declared, [chooser, *versions], assigned, names


if __name__ == "__main__":
    MutationVisitor._skip_node_and_children = _skips_less
    file_mutation.function_trampoline_arrangement = _arranged
    sys.exit(cli())
