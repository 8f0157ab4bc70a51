"""A lab with its worker, and paired browsers that look at its pages."""

from contextlib import contextmanager

from benchmarks.web.console_client import Served
from donkeycar.console.forward import LabPages
from donkeycar.console.worker import Worker
from donkeycar.lab.command import worker_command
from donkeycar.lab.table import titles

SIZES = {"upright": (360, 740), "sideways": (740, 360), "desktop": (1400, 900)}


@contextmanager
def served(folder, place):
    """The pages of a folder, on a ``"car"`` or a ``"pc"``."""
    worker = Worker(worker_command(folder, is_car=place == "car"))
    with Served(lab=LabPages(titles(place), worker)) as lab:
        lab.folder = folder
        yield lab


@contextmanager
def browsers(chromium, lab):
    """Opens pages, each in a browser of its own; an error of a script fails the test."""
    contexts = []

    def open_(path, size="desktop"):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(f"http://{lab.host}/pair#{lab.token}")
        page.wait_for_url("**/drive")
        page.goto(f"http://{lab.host}{path}")
        return page

    yield open_
    for context in contexts:
        for page in context.pages:
            assert page.errors == []
        context.close()
