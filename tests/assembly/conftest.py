"""What the tests of assembly share."""

import compileall
import shutil
from pathlib import Path

import pytest

import donkeycar


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """A copy of the package with the byte code of every module, to be copied and changed.

    Python needs seconds to compile all of them, and each copy has processes that import most.
    """
    folder = tmp_path_factory.mktemp("compiled") / "donkeycar"
    source = Path(donkeycar.__file__).parent
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert compileall.compile_dir(folder, quiet=1)
    return folder
