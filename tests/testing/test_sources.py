"""Every emulator says what it was written from, and what it leaves out.

Whoever wrote a driver wrote its emulator, too: what was misunderstood stands in both. Only with the
source at hand can somebody else find it.
"""

import ast
import re
from pathlib import Path

import pytest

import donkeycar.testing

FOLDER = Path(donkeycar.testing.__file__).parent
# These stand for no hardware, library or kernel.
NO_EMULATORS = {"__init__", "clock", "part"}
EMULATORS = sorted({path.stem for path in FOLDER.glob("*.py")} - NO_EMULATORS)


def paragraphs(module):
    docstring = ast.get_docstring(ast.parse((FOLDER / f"{module}.py").read_text("utf-8"))) or ""
    return [" ".join(paragraph.split()) for paragraph in docstring.split("\n\n")]


def test_those_that_are_none_are_still_there():
    assert {path.stem for path in FOLDER.glob("*.py")} >= NO_EMULATORS
    assert EMULATORS


@pytest.mark.parametrize("module", EMULATORS)
def test_an_emulator_names_its_source(module):
    said = [each for each in paragraphs(module) if re.match(r"Sources?[,:] ?\S.{20}", each)]
    assert len(said) == 1, f"{module}.py must name its source, once, in its docstring"


@pytest.mark.parametrize("module", EMULATORS)
def test_an_emulator_says_what_it_leaves_out(module):
    said = [each for each in paragraphs(module) if re.match(r"Not modelled: \S.{20}", each)]
    assert len(said) == 1, f"{module}.py must say what it does not model, once, in its docstring"
