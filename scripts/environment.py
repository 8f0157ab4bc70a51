"""The project's own environment, made the first time a script needs it.

Standard library only, and the same on Linux, macOS and Windows: this runs on a machine with
nothing but Python.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# scripts/trixie names another one: the same checkout is seen by two Pythons.
VENV = Path(os.environ.get("DONKEYCAR_VENV") or ROOT / ".venv")
OLDEST, NEWEST = (3, 11), (3, 13)
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


class Missing(Exception):
    """Something the script cannot make by itself; the message says what and how to get it."""


def python() -> Path:
    """The environment's own interpreter."""
    return VENV / SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def run(*command: str | Path, check: bool = True, **options) -> int:
    """Run a command in the project's folder.

    Raises:
        Missing: If `check` and it fails; what it printed is above the message.
    """
    code = subprocess.run([str(word) for word in command], cwd=ROOT, **options).returncode
    if check and code != 0:
        raise Missing(f"`{' '.join(str(word) for word in command)}` failed with exit code {code}.")
    return code


def find_tool(package: str, programs: tuple[str, ...]) -> bool:
    """Whether one of some programs is there; apt brings it where that is allowed.

    Args:
        package: Debian's package, which brings one of them.
        programs: The names that it may have.
    """
    if any(shutil.which(name) for name in programs):
        return True
    if shutil.which("apt-get"):
        root = not hasattr(os, "geteuid") or os.geteuid() == 0
        # -n: never ask for a password; whoever has none is told what is missing.
        if root or (shutil.which("sudo") and run("sudo", "-n", "true", check=False) == 0):
            print(f"Installing {package} ...", flush=True)
            apt = [*([] if root else ["sudo", "-n"]), "apt-get"]
            run(*apt, "update", "-qq", check=False)
            run(
                *apt,
                "install",
                "-qq",
                "-y",
                "--no-install-recommends",
                *package.split(),
                check=False,
            )
    return any(shutil.which(name) for name in programs)


def ensure(extra: str) -> Path:
    """Make `VENV` with ``donkeycar[extra]`` in it, or leave it alone if it is there.

    Args:
        extra: One of the extras of setup.py: ``train`` or ``dev``.

    Returns:
        The environment's interpreter.

    Raises:
        Missing: If this Python is too old or too new, or a package cannot be fetched.
    """
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        raise Missing(
            f"Python must be {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}. "
            f"Received: {version[0]}.{version[1]}. Run this script with another one, "
            f"e.g. `python3.11 scripts/{Path(sys.argv[0]).name}`."
        )
    if not python().exists():
        print(f"Making {VENV} ...", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        try:
            venv.create(VENV, with_pip=True)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(VENV, ignore_errors=True)
            raise Missing(
                "This Python cannot make environments. On Debian, Ubuntu and Raspberry Pi OS: "
                "`sudo apt install python3-venv`."
            ) from error
    wanted = hashlib.sha256((ROOT / "setup.py").read_bytes() + extra.encode()).hexdigest()
    stamp = VENV / f"installed-{extra}"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"Installing donkeycar[{extra}] into {VENV.name} (some minutes) ...", flush=True)
        command = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if run(*command, "--editable", f".[{extra}]", check=False) != 0:
            raise Missing("pip could not install the packages above. Is there a network?")
        stamp.write_text(wanted)
    return python()


def main(steps) -> None:
    """Run `steps`; what is missing becomes one line and exit code 1."""
    try:
        sys.exit(steps())
    except Missing as error:
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
