"""How much it costs to start."""

import os
import subprocess
import sys

import pytest


def work_s(*command):
    """Least processor time of five whole processes: other programs of the machine cost none of it.

    The wall time that used to stand here failed whenever the machine was busy.
    """
    times_s = []
    for _ in range(5):
        process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        times_s.append(usage.ru_utime + usage.ru_stime)
    return min(times_s)


@pytest.mark.parametrize(
    ("command", "share"),
    [
        (("-c", "import donkeycar; donkeycar.Vehicle"), 0.5),
        (("-m", "donkeycar.management.cli", "--help"), 0.7),
    ],
    ids=["import donkeycar", "donkey --help"],
)
def test_starting_costs_far_less_than_an_import_of_numpy(command, share):
    python_s = work_s("-c", "pass")
    # What this catches is an import of numpy or tornado at the top of a module.
    assert work_s(*command) - python_s < share * (work_s("-c", "import numpy") - python_s)


def test_memory_stays_constant_over_a_long_drive(clock):
    import tracemalloc

    from donkeycar import Vehicle

    class Counter:
        count = 0

        def run(self):
            self.count += 1
            return self.count

    car = Vehicle(clock=clock)
    car.add(Counter(), outputs=["ticks"])
    car.start(rate_hz=20, max_loop_count=10_000)
    tracemalloc.start()
    car.start(rate_hz=20, max_loop_count=1_000)
    before, _ = tracemalloc.get_traced_memory()
    car.start(rate_hz=20, max_loop_count=50_000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 2_000


def test_what_holds_the_motor_starts_the_car_without_the_heavy_libraries(tmp_path):
    # The process that judges the settings is thrown away: it loaded numpy and pydantic for that.
    from donkeycar.management.createcar import create_car

    create_car(tmp_path / "car")
    (tmp_path / "car" / "myconfig.py").write_text('CAMERA_TYPE = "MOCK"\nIMAGE_W = 224\n')
    lines = (
        "import sys\n"
        "import donkeycar.assembly, donkeycar.management.car, donkeycar.management.guardian\n"
        "from donkeycar.assembly.check import check_car\n"
        "from donkeycar.config import load_config\n"
        "check_car(load_config('config.py', command='drive'))\n"
        "print(sorted({'numpy', 'pydantic', 'tornado', 'PIL', 'asyncio', 'rich', 'segno'}\n"
        "             & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", lines], cwd=tmp_path / "car", capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr
