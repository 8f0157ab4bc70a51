"""CPU quota: limits a program and all its children to a share of one core, as on a small computer.

Where this user may make a control group (version 2 or 1), it uses a quota of the kernel's CPU
controller with a period of 10 ms: the processes run at full speed until the quota of a period is
used up, and stand still until the next one. The group has the greatest weight, so that it gets its
share whatever else the computer does. Without control groups, the process group is stopped and
continued by signals (SIGSTOP, SIGCONT) with the same period, which is coarser and visible as
stopped children.
Either way every pause is at most 10 ms long, far below an interval of the loop, so slowness is
measured, not freezes. Linux only.
"""

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

PERIOD_S = 0.010
# The kernel grants no less in a period; a smaller share gets longer periods.
MIN_QUOTA_S = 0.001
ROOT = Path("/sys/fs/cgroup")


class CpuShare:
    """A share of one core, for every process that `start` starts and for their children.

    Use it as a context manager: processes that still run at the end are killed.

    Args:
        share: Greater than 0; 0.15 is 15 % of one core. 1 or more sets no limit, but still runs
            before all other processes.

    Attributes:
        way: How the limit is enforced: ``"cpu.max"``, ``"cfs_quota"``, ``"signals"``,
            ``"nothing"``.

    Raises:
        ValueError: If `share` is not greater than 0.

    Example:
        >>> with CpuShare(0.5) as half:
        ...     half.start([sys.executable, "-c", "pass"]).wait()
        0
    """

    def __init__(self, share: float) -> None:
        if not share > 0:
            raise ValueError(f"`share` must be greater than 0. Received: share={share}")
        self.share = share
        self.way = "nothing"
        self._quota_s = max(share * PERIOD_S, MIN_QUOTA_S)
        self._period_s = self._quota_s / share
        self._group: Path | None = None
        self._processes: list[subprocess.Popen[Any]] = []
        self._ended = threading.Event()
        self._pulse = threading.Thread(target=self._duty_cycle, daemon=True)

    def __enter__(self) -> "CpuShare":
        self._group = self._make_group()
        if self.share >= 1:
            self.way = "nothing"
        elif self._group is None:
            self.way = "signals"
            self._pulse.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self._ended.set()
        if self.way == "signals":
            self._pulse.join()
        for process in self._processes:
            self._signal(process, signal.SIGCONT)
            self._signal(process, signal.SIGKILL)
            process.wait()
        if self._group is not None:
            self._remove(self._group)

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
        """Start `command` under the quota, as `subprocess.Popen` does, in a session of its own."""
        if self._group is not None:
            # The shell joins the group before it becomes the command, so nothing runs outside.
            join = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
            command = ["/bin/sh", "-c", join, str(self._group), *command]
        process = subprocess.Popen(command, start_new_session=True, **options)
        self._processes.append(process)
        return process

    def _make_group(self) -> Path | None:
        """A new control group with the quota; ``None`` if it cannot be made."""
        name = f"donkeycar-{os.getpid()}-{id(self)}"
        quota_us, period_us = round(self._quota_s * 1e6), round(self._period_s * 1e6)
        is_limited = self.share < 1
        with suppress(OSError):
            group = ROOT / name
            if (ROOT / "cgroup.controllers").exists():
                (ROOT / "cgroup.subtree_control").write_text("+cpu")
                group.mkdir()
                (group / "cpu.max").write_text(f"{quota_us if is_limited else 'max'} {period_us}")
                (group / "cpu.weight").write_text("10000")
                self.way = "cpu.max"
                return group
        with suppress(OSError):
            group = ROOT / "cpu" / name
            group.mkdir()
            if is_limited:
                (group / "cpu.cfs_period_us").write_text(str(period_us))
                (group / "cpu.cfs_quota_us").write_text(str(quota_us))
            (group / "cpu.shares").write_text("262144")
            self.way = "cfs_quota"
            return group
        return None

    def _remove(self, group: Path) -> None:
        """Kill the processes left in the group, then remove it."""
        for _ in range(100):
            for number in (group / "cgroup.procs").read_text().split():
                with suppress(ProcessLookupError):
                    os.kill(int(number), signal.SIGKILL)
            with suppress(OSError):
                group.rmdir()
                return
            time.sleep(0.02)

    def _duty_cycle(self) -> None:
        """Let the processes run for a share of each period, by signals."""
        began_s = time.monotonic()
        while not self._ended.is_set():
            for process in self._processes:
                self._signal(process, signal.SIGCONT)
            time.sleep(self._quota_s)
            for process in self._processes:
                self._signal(process, signal.SIGSTOP)
            passed_s = time.monotonic() - began_s
            time.sleep(math.ceil(passed_s / self._period_s) * self._period_s - passed_s)

    @staticmethod
    def _signal(process: "subprocess.Popen[Any]", number: int) -> None:
        """Signal a process and its children, if they are still there."""
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)


def main(argv: list[str] | None = None) -> int:
    """Run a command under a share: ``scripts/bench cpu_share 0.15 python manage.py drive``."""
    words = sys.argv[1:] if argv is None else argv
    if len(words) < 2:
        print("usage: scripts/bench cpu_share SHARE COMMAND...   with SHARE of a core, e.g. 0.15")
        return 2
    with CpuShare(float(words[0])) as share:
        print(f"{words[0]} of a core, by {share.way}", file=sys.stderr)
        process = share.start(words[1:])
        try:
            return process.wait()
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGINT)
            return process.wait()


if __name__ == "__main__":
    sys.exit(main())
