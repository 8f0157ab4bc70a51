"""A checkout whose tools are stand-ins, and a stand-in for debootstrap."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Stands in for the interpreter of the environment: says what it was asked, and how that went.
INTERPRETER = """#!/bin/sh
echo "ran $*"
case "$*" in
  "-m pytest"*) echo; echo "3 passed in 0.01s"; exit {pytest};;
  "-m mypy"*) echo "Found 12 errors"; exit {mypy};;
  "-m ruff"*) exit {ruff};;
  "-m benchmarks"*) echo "10 minutes passed";;
esac
"""

SHELLCHECK = """#!/bin/sh
echo "checked $*"
exit {shellcheck}
"""

# Stands in for debootstrap: the smallest tree in which a shell runs. Its Python says what it was
# asked and ends as a test run does.
DEBOOTSTRAP = r"""#!/bin/sh
for tree; do :; done
echo "$*" >> "{calls}"
for folder in proc sys dev tmp etc/apt/apt.conf.d usr/bin; do mkdir -p "$tree/$folder"; done
for file in /bin/sh /usr/bin/env /bin/sleep $(ldd /bin/sh /usr/bin/env | grep -o '/lib[^ )]*'); do
  mkdir -p "$tree$(dirname "$file")"; cp -L "$file" "$tree$file"
done
{{ echo "#!/bin/sh"; echo 'echo "inside: $* in $PWD"; echo "5 passed in 0.02s"; exit {inside}'; }} \
  > "$tree/usr/bin/python3"
chmod +x "$tree/usr/bin/python3"
exit {code}
"""


class Checkout:
    """A copy of the scripts, with an environment that needs no installation."""

    def __init__(self, folder):
        self.folder = folder
        self.tools = folder / "tools"
        self.cache = folder / "cache"
        self.calls = folder / "calls"
        self.environ = {
            **os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(self.cache),
        }  # fmt: skip
        self.environ.pop("CI", None)
        self.environ.pop("DONKEYCAR_VENV", None)
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        shutil.copy(ROOT / "setup.py", folder)
        (folder / ".venv" / "bin").mkdir(parents=True)
        wanted = hashlib.sha256((ROOT / "setup.py").read_bytes() + b"dev").hexdigest()
        (folder / ".venv" / "installed-dev").write_text(wanted)
        # What it would look for in the system: nothing here is installed.
        self.tools.mkdir()
        for name in ("chromium", "systemd-analyze"):
            self.write(self.tools / name, "#!/bin/sh\n")
        self.environment()
        self.debootstrap()

    @staticmethod
    def write(path, text):
        path.write_text(text)
        path.chmod(0o755)

    def environment(self, ruff=0, mypy=0, pytest=0, shellcheck=0):
        """How the steps end here."""
        programs = self.folder / ".venv" / "bin"
        self.write(programs / "shellcheck", SHELLCHECK.format(shellcheck=shellcheck))
        text = INTERPRETER.format(ruff=ruff, mypy=mypy, pytest=pytest)
        self.write(programs / "python", text)

    def debootstrap(self, code=0, inside=0):
        """How debootstrap ends, and a run of tests in the tree that it makes."""
        text = DEBOOTSTRAP.format(calls=self.calls, code=code, inside=inside)
        self.write(self.tools / "debootstrap", text)

    def start(self, *words, **environ):
        return subprocess.Popen(
            [sys.executable, *words], cwd=self.folder, env={**self.environ, **environ},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *words, **environ):
        process = self.start(*words, **environ)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, out, err)


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)
