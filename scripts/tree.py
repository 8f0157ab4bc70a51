"""A Debian 13 (Trixie) tree with Python 3.13: what a new card of Raspberry Pi OS brings.

Bookworm, with Python 3.11, is what older cards have.

The tree lies in the user's cache, outside of every checkout, and is made once. A command runs in it
in namespaces of its own: /proc, /sys, /dev, /tmp and the checkout are mounted there and nowhere
else, so nothing stays mounted when the command ends, however it ends. Linux, root and debootstrap
are needed; standard library only.
"""

import ast
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from environment import ROOT, Missing, find_tool, run

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "donkeycar"
SUITE = "trixie"
TREE = CACHE / SUITE
PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
# Inside: the checkout, and where its environments are made.
CHECKOUT = Path("/donkeycar")
VENV = Path("/opt/donkeycar/venv")

# What is told to a command inside, by the beginning of its name: how to reach the registries.
TOLD = (
    "CI", "TERM", "PIP_", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY",
    "HTTPS_PROXY", "NO_PROXY", "OPENBLAS_", "PYTEST_",
)  # fmt: skip

OWN_NAMESPACES = ("unshare", "--mount", "--fork", "--pid", "--kill-child")
# Arguments: the tree; then pairs of a path here and its place inside; "--"; the command. The tree
# is mounted onto itself, so that its root is one that `unshare` and `mount` accept inside. The
# shell stays as process 1 of its namespace, where it reaps what others leave behind. With
# "discard", all that the command writes into the tree lies in memory and is gone with it.
MOUNT = """
set -e
tree=$1; shift
if [ "$1" = discard ]; then
  over=$tree.over; mkdir -p "$over"
  mount -t tmpfs tmpfs "$over"
  mkdir "$over/upper" "$over/work" "$over/tree"
  mount -t overlay overlay -o "lowerdir=$tree,upperdir=$over/upper,workdir=$over/work" "$over/tree"
  tree=$over/tree
fi
shift
mount --rbind "$tree" "$tree"
mount -t proc proc "$tree/proc"
mount --rbind /sys "$tree/sys"
mount --rbind /dev "$tree/dev"
mount -t tmpfs tmpfs "$tree/tmp"
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$tree$2"
  else mkdir -p "$(dirname "$tree$2")"; [ -e "$tree$2" ] || : > "$tree$2"; fi
  mount --rbind "$1" "$tree$2"
  shift 2
done
shift
chroot "$tree" "$@"
exit 0
"""


def why_not() -> str:
    """Why there can be no tree on this computer; "" if there can be."""
    if not sys.platform.startswith("linux"):
        return f"A Trixie tree needs Linux. Received: {sys.platform}."
    if os.geteuid() != 0:
        return "A Trixie tree needs root: `sudo python3 scripts/test --trixie`."
    for package in ("debootstrap", "util-linux"):
        program = {"util-linux": "unshare"}.get(package, package)
        if not find_tool(package, (program,)):
            return f"A Trixie tree needs {program}: `sudo apt install {package}`."
    return ""


def make(suite: str = SUITE) -> Path:
    """The tree of a suite; it is made if there is none, which takes about a minute and 300 MB.

    Raises:
        Missing: If it cannot be made; nothing of it is left then.
    """
    if reason := why_not():
        raise Missing(reason)
    whole = CACHE / suite
    stamp = whole / "etc" / "donkeycar-tree"
    with _locked(suite, shared=True):  # others may be using it
        if stamp.exists() and stamp.read_text() == PACKAGES:
            return whole
    with _locked(suite):
        if stamp.exists() and stamp.read_text() == PACKAGES:
            return whole
        part = whole.with_name(f"{suite}.part")
        try:
            for path in (whole, part):
                _delete(path)
            print(f"Making a Debian {suite} tree in {whole} ...", flush=True)
            run(
                *OWN_NAMESPACES, "debootstrap", "--variant=minbase", f"--include={PACKAGES}",
                suite, part, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            told = part / "etc" / "apt" / "apt.conf.d" / "90host"
            told.write_text(_output("apt-config", "dump", "Acquire"))
            (part / stamp.relative_to(whole)).write_text(PACKAGES)
            part.rename(whole)
        except BaseException:
            _delete(part)
            raise
    return whole


def remove() -> None:
    """Delete the tree, when nobody uses it any more."""
    if sys.platform.startswith("linux") and TREE.exists():
        with _locked(SUITE):
            _delete(TREE)


def command(
    words: list[str], binds: list[Path] = (), *, suite: str = SUITE, is_discarded: bool = False
) -> list[str]:
    """What runs `words` in the tree, in the checkout; `make` first.

    Args:
        words: The command and its arguments, with paths as they are inside.
        binds: Paths of this computer that are to be seen inside, too, under the same names.
        suite: Whose tree.
        is_discarded: Whether what it writes into the tree is gone when it ends.
    """
    told = {**_pip_settings(), **_told()}
    pairs = [(path, path) for path in _named_paths(told)]
    pairs += [(Path(name), Path(name)) for name in ("/etc/resolv.conf", "/etc/hosts")]
    pairs += [(ROOT, CHECKOUT), *((path.resolve(), path) for path in binds)]
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        pairs.append((shared.resolve(), CHECKOUT.parent / "shared"))
    inside = {
        **told,
        "PATH": f"{VENV}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root", "LANG": "C.UTF-8", "DONKEYCAR_VENV": str(VENV),
    }  # fmt: skip
    mounts = [str(path) for pair in pairs if pair[0].exists() for path in pair]
    return [
        *OWN_NAMESPACES, "sh", "-c", MOUNT, "tree", str(CACHE / suite),
        "discard" if is_discarded else "keep", *mounts, "--",
        "env", "-i", f"--chdir={CHECKOUT}", *(f"{name}={value}" for name, value in inside.items()),
        *words,
    ]  # fmt: skip


def enter(
    words: list[str], binds: list[Path] = (), *, suite: str = SUITE, is_discarded: bool = False
) -> int:
    """Run a command in the tree and wait for it; it ends with us, whatever ends us.

    Args:
        words: As for `command`.
        binds: As for `command`.
        suite: As for `command`.
        is_discarded: As for `command`.

    Returns:
        Its exit code.

    Raises:
        Missing: If there is no tree and it cannot be made.
    """
    make(suite)
    with _locked(suite, shared=True):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        process = subprocess.Popen(command(words, binds, suite=suite, is_discarded=is_discarded))
        try:
            return process.wait()
        finally:
            process.kill()
            process.wait()


def _told() -> dict[str, str]:
    names = [name for name in os.environ if name.upper().startswith(TOLD)]
    return {name: os.environ[name] for name in names}


def _pip_settings() -> dict[str, str]:
    """The settings in pip's files, as the variables that say the same."""
    settings = {}
    for line in _output(sys.executable, "-m", "pip", "config", "list").splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in ("global", "install"):
            value = str(ast.literal_eval(value)).replace("\n", " ")
            settings[f"PIP_{name.upper().replace('-', '_')}"] = value
    return settings


def _named_paths(told: dict[str, str]) -> list[Path]:
    """Files and folders of this computer that the settings name."""
    words = [word.removeprefix("file://") for value in told.values() for word in value.split()]
    paths = {Path(word) for word in words if word.startswith("/")}
    # One level up from an index: its pages point beside themselves.
    paths |= {path.parent for path in paths if path.name == "simple"}
    return sorted(path for path in paths if path.exists())


def _output(*words: str) -> str:
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""  # no apt here, or a Python without pip: nothing to tell


def _delete(path: Path) -> None:
    """Delete a tree, but never what is mounted in it."""
    if str(path.resolve()) in Path("/proc/self/mountinfo").read_text():
        raise Missing(f"Something is mounted in {path}; `umount` it first.")
    if path.exists():
        shutil.rmtree(path)


@contextlib.contextmanager
def _locked(suite: str, *, shared: bool = False) -> Iterator[None]:
    """One may make or remove the tree; many may use it."""
    import fcntl  # there is none on Windows, where `why_not` says so

    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{suite}.lock").open("w") as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Somebody else is using or making the {suite} tree; waiting ...", flush=True)
            fcntl.flock(file, how)
        yield
