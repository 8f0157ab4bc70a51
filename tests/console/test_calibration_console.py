"""The calibration page over the network: the same rations as the drive page, and its own words."""

import threading

import pytest

from benchmarks.web.console_client import Refused, Socket
from donkeycar.assembly.drivetrain.calibration import read_questions, read_sheet
from donkeycar.console.bench import Bench
from donkeycar.console.calibrate import MAX_SOCKETS_OF_ONE
from donkeycar.console.calibration_console import CalibrationConsole
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.settings.schema import SETTINGS

DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}


@pytest.fixture
def console():
    bench = Bench(
        Calibration(read_sheet("MOCK", DEFAULTS)),
        write=lambda changes: "myconfig.py",
        questions=read_questions("MOCK", DEFAULTS),
    )
    console = CalibrationConsole(bench, port=0, host="127.0.0.1", auth="none")
    thread = threading.Thread(target=console.update, daemon=True)
    thread.start()
    yield console
    console.shutdown()
    thread.join(3)
    assert not thread.is_alive()


def test_what_is_printed_says_what_the_page_is_for(console):
    assert console.pairing.text.startswith(f"Calibrate at http://127.0.0.1:{console.port} - ")


def test_one_browser_has_so_many_pages(console):
    headers = {"Origin": f"http://127.0.0.1:{console.port}"}
    pages = [Socket(console.port, "/wsCalibrate", headers) for _ in range(MAX_SOCKETS_OF_ONE)]
    assert b'"questions"' in pages[0].receive()[1]
    assert b'"ready"' in pages[0].receive()[1]
    with pytest.raises(Refused, match="503"):
        Socket(console.port, "/wsCalibrate", headers)
    for page in pages:
        page.close()
