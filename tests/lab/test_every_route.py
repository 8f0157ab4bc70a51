"""Whoever is not paired gets nothing from any route of any console: the routers are walked."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.web.console_client import Served
from donkeycar.console.calibrate import ROUTES as CALIBRATE
from donkeycar.console.forward import LabPages
from donkeycar.console.guard import Guarded
from donkeycar.console.lab_console import LabConsole
from donkeycar.console.server import make_application
from donkeycar.console.worker import Worker
from donkeycar.lab.command import worker_command
from donkeycar.lab.table import PAGES, titles

PUBLIC = {"PairPage", "PublicFile"}


def rules(router):
    """Every handler below a router, with what leads there."""
    for rule in router.rules:
        if hasattr(rule.target, "rules"):
            yield from rules(rule.target)
        else:
            yield rule.matcher, rule.target


@pytest.fixture
def pages():
    return LabPages({name: page.title for name, page in PAGES.items()}, Worker(["/bin/false"]))


@pytest.fixture
def car(pages):
    with Served(lab=pages, foxglove=True) as served:
        yield served


@pytest.fixture
def applications(car, pages):
    """The application of each console that there is."""
    desk = LabConsole(pages, name="desk", port=0)
    made = {
        "car": car.controller._application(),
        "desk": desk._application(),
        "bench": make_application(desk._console, routes=CALIBRATE, feed=object()),
    }
    yield made
    desk.shutdown()


def test_every_handler_of_every_console_is_guarded(applications):
    seen = set()
    for application in applications.values():
        found = list(rules(application.default_router))
        assert len(found) > 8
        for matcher, handler in found:
            assert issubclass(handler, Guarded), (matcher, handler)
            assert handler.public == (handler.__name__ in PUBLIC)
            seen.add(handler.__name__)
        assert issubclass(application.settings["default_handler_class"], Guarded)
    assert {"Forwarded", "ForwardedPage", "BarPages", "DrivePage", "LabHome"} <= seen


def test_no_action_of_the_lab_answers_a_stranger(car):
    for name, page in PAGES.items():
        for action in import_module(page.actions).ACTIONS:
            for method in ("GET", "POST"):
                body = json.dumps({}) if method == "POST" else None
                kind = {"Content-Type": "application/json"} if body else {}
                reply = car.request(method, f"/{name}/{action.path}", body, kind)
                assert reply.status == 401, (name, action)
                assert reply.json()["error"] == (
                    "This browser is not paired with the car: open /pair"
                )


def test_no_address_has_two_actions():
    for page in PAGES.values():
        actions = import_module(page.actions).ACTIONS
        assert len({(action.method, action.path) for action in actions}) == len(actions)


def test_the_bar_of_each_place_is_as_decided():
    assert list(titles("pc"))[-1] == list(titles("car"))[-1] == "settings"
    assert set(titles("car")) | set(titles("pc")) == set(PAGES)


def test_a_file_of_the_folder_takes_the_place_of_no_library(tmp_path, monkeypatch):
    """`python -m` looks for libraries in the folder in which it is started, first."""
    for name in ("tornado", "json", "donkeycar"):
        (tmp_path / f"{name}.py").write_text("open('stolen', 'w')\n")
    monkeypatch.chdir(tmp_path)
    with Served(lab=LabPages(titles("pc"), Worker(worker_command(tmp_path, is_car=False)))) as car:
        assert car.request("GET", "/settings", headers={"Cookie": car.pair()}).status == 200
    assert not Path("stolen").exists()
