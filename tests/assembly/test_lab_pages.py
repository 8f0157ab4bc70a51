"""A car serves the pages of the lab beside its drive page, unless its owner wants none."""

import http.client
import json
import threading

import pytest

from donkeycar.assembly.console import add_console
from donkeycar.assembly.driver import make_cockpit
from donkeycar.config import load_config
from donkeycar.management.createcar import create_car
from donkeycar.vehicle import Vehicle


@pytest.fixture
def serve(tmp_path):
    """Serve the page of a new car with these settings; the fixture returns a function that asks."""
    create_car(tmp_path / "car")
    consoles = []

    def start(*more):
        own = ["CAMERA_TYPE=MOCK", "DRIVE_TRAIN_TYPE=MOCK", "WEB_CONTROL_PORT=0",
               "WEB_HOST=127.0.0.1", "WEB_ANNOUNCE=False", "WEB_REMEMBER=False"]  # fmt: skip
        cfg = load_config(tmp_path / "car" / "config.py", overrides=[*own, *more])
        car = Vehicle()
        for name in ("pilot/angle", "pilot/throttle", "cam/age_s", "power/reason"):
            car.mem[name] = None
        console = add_console(car, cfg, make_cockpit(car, cfg))
        thread = threading.Thread(target=console.update)
        thread.start()
        consoles.append((console, thread))

        def ask(path):
            token = console.pairing.url.partition("#")[2]
            connection = http.client.HTTPConnection("127.0.0.1", console.port, timeout=20)
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            reply = connection.getresponse()
            answer = reply.status, reply.read()
            connection.close()
            return answer

        return ask

    yield start
    for console, thread in consoles:
        console.shutdown()
        thread.join(20)
        assert not thread.is_alive()


def test_a_car_serves_them_from_its_own_folder(serve, tmp_path):
    ask = serve()
    bar = json.loads(ask("/pages")[1])
    assert [page["name"] for page in bar["pages"]][0] == "drive"
    assert "settings" in [page["name"] for page in bar["pages"]]
    status, body = ask("/settings/all")
    told = json.loads(body)
    assert (status, told["file"]) == (200, str(tmp_path / "car" / "myconfig.py"))
    assert told["restart"] is False
    with (tmp_path / "car" / "myconfig.py").open("a") as file:
        file.write("\nMAX_LOOPS = 3\n")
    assert json.loads(ask("/settings/all")[1])["restart"] is True


def test_a_car_whose_owner_wants_none_has_the_drive_page_alone(serve):
    ask = serve("WEB_LAB=False")
    assert [page["name"] for page in json.loads(ask("/pages")[1])["pages"]] == ["drive"]
    assert ask("/settings")[0] == 404
    assert ask("/drive")[0] == 200
