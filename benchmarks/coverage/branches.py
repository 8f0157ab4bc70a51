"""Branch coverage of driving and guardian by their own tests, with the processes these start.

Goal: 100 %, with no line left out by a comment.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import ROOT
from benchmarks.cases import no_arguments

# A process of a test is measured however it starts and ends, unless SIGKILL ends it.
SETTINGS = """
[run]
branch = true
source = donkeycar.driving,donkeycar.guardian
data_file = {folder}/data
parallel = true
patch = subprocess, fork, _exit
sigterm = true
"""


def main(argv: list[str] | None = None) -> int:
    """Print the branches that do not run; return 1 if there are any, or a test fails."""
    no_arguments("branches", __doc__, argv)
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "settings"
        settings.write_text(SETTINGS.format(folder=folder))

        def coverage(*words: str) -> int:
            command, *rest = words
            line = [sys.executable, "-m", "coverage", command, f"--rcfile={settings}", *rest]
            return subprocess.run(line, cwd=ROOT).returncode

        tests = coverage("run", "-m", "pytest", "-q", "tests/driving", "tests/guardian")
        # A process that is killed while it writes leaves an unreadable file.
        coverage("combine", "--quiet")
        return coverage("report", "--show-missing", "--fail-under=100") or tests


if __name__ == "__main__":
    sys.exit(main())
