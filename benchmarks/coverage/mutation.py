"""Mutation score of the tests of driving and guardian: mutmut changes code, and tests must fail.

Goal: the tests notice at least 97 % of the mutants. Each mutant is tried with the tests that call
its function, in their own process or in one that they start. A module whose functions gave no
mutant at all is an error, and so is a function that cannot be changed because of its decorator.
Tables and numbers outside functions are not changed.
"""

import argparse
import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from benchmarks import ROOT

MIN_SCORE = 0.97
PACKAGES = ("donkeycar.driving.", "donkeycar.guardian.")

# The decorators of functions that can be changed, see `mutation_decorated`.
DECORATORS = {"staticmethod", "classmethod", "property", "contextmanager"}
MUTMUT = [sys.executable, "-m", "benchmarks.coverage.mutation_decorated"]

# mutmut's words for a mutant that the tests noticed: a test failed, or never ended.
NOTICED = {"killed", "timeout"}


def outcomes() -> dict[str, str]:
    """The result of each mutant, by its name."""
    command = [*MUTMUT, "results", "--all", "true"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    names = "|".join(map(re.escape, PACKAGES))
    return dict(re.findall(rf"^\s*((?:{names})\S+): (.+)$", done.stdout, re.MULTILINE))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a module, except those inside other functions."""
    body = ast.parse(path.read_text()).body
    body += [member for node in body if isinstance(node, ast.ClassDef) for member in node.body]
    return [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def sources() -> dict[str, Path]:
    """The modules of both packages that hold a function, by their names without the package."""
    folders = [ROOT / package.replace(".", "/") for package in PACKAGES]
    files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return {path.stem: path for path in files if functions(path)}


def left_out(versions: dict[str, int], modules: list[str]) -> list[str]:
    """The modules and functions that gave no mutant although they could.

    Args:
        versions: Number of mutants of each module.
        modules: The modules to check, by the names of `sources`.
    """
    gaps = []
    for module in modules:
        path = sources().get(module)
        if path is None:
            gaps.append(f"driving and guardian have no module {module} with a function")
            continue
        if not versions.get(module):
            gaps.append(f"{path.relative_to(ROOT)} gave no version")
        for function in functions(path):
            decorators = [ast.unparse(node) for node in function.decorator_list]
            if len(decorators) > 1 or not DECORATORS.issuperset(decorators):
                gaps.append(f"{path.relative_to(ROOT)}: {function.name} has @{decorators[0]}")
    return gaps


def main(argv: list[str] | None = None) -> int:
    """Print the score of each module, and the surviving mutants; return 1 if the goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench mutation", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="versions tried at a time")
    parser.add_argument("modules", nargs="*", help="e.g. arbiter; all if none is given")
    args = parser.parse_args(argv)
    patterns = [f"{package}{module}.*" for package in PACKAGES for module in args.modules]
    command = [*MUTMUT, "run", "--max-children", str(args.jobs), *patterns]
    # Results of an earlier run would be mixed with newer tests.
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    log = ROOT / "mutants" / "log"
    log.parent.mkdir()
    with log.open("w") as output:
        code = subprocess.run(command, cwd=ROOT, stdout=output, stderr=output).returncode
    if code:
        print(f"mutmut ended with {code}, see {log}")
        return 1
    score = Counter()
    survivors = []
    for name, outcome in outcomes().items():
        module = name.split(".")[2]
        if args.modules and module not in args.modules:
            continue
        noticed = outcome in NOTICED
        score[module, noticed] += 1
        if not noticed:
            survivors.append(f"{outcome}: {name}")
    print("| module | versions | noticed |\n|---|---|---|")
    for module in sorted({module for module, _ in score}):
        noticed = score[module, True]
        versions = noticed + score[module, False]
        print(f"| {module} | {versions} | {100 * noticed / versions:.1f} % |")
    noticed = sum(count for (_, was_noticed), count in score.items() if was_noticed)
    versions = sum(score.values())
    print(f"| all | {versions} | {100 * noticed / versions:.1f} % |\n")
    print("\n".join(survivors))
    gaps = left_out(
        {module: score[module, True] + score[module, False] for module, _ in score},
        args.modules or sorted(sources()),
    )
    for gap in gaps:
        print(f"LEFT OUT: {gap}")
    if noticed < MIN_SCORE * versions:
        print(f"MISSED: less than {100 * MIN_SCORE:g} % were noticed")
        return 1
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main())
