"""A workbench for converting, and a watch on what happens meanwhile."""

import sys

import pytest

_watching = []


def _note(event, arguments):
    if _watching:
        _watching[-1].append((event, arguments))


sys.addaudithook(_note)


@pytest.fixture(scope="session")
def keras():
    from donkeycar.keras_backend import import_keras

    return import_keras()


@pytest.fixture
def watched():
    """Everything that Python announces while a test runs."""
    events = []
    _watching.append(events)
    yield events
    _watching.pop()
