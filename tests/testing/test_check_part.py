import threading
import time

import pytest

from donkeycar.errors import PartError
from donkeycar.testing import check_part


class Part:
    """Returns what it was given; counts its shutdowns."""

    def __init__(self, value=None):
        self.value = value
        self.shutdowns = 0

    def run(self, *inputs):
        return self.value

    def shutdown(self):
        self.shutdowns += 1


class Threaded:
    def __init__(self, value=1):
        self.value = value
        self.ended = threading.Event()

    def update(self):
        self.ended.wait()

    def run_threaded(self):
        return self.value

    def shutdown(self):
        self.ended.set()


def test_a_good_part_is_run_once_and_shut_down_twice():
    part = Part((1, 2))
    assert check_part(part, outputs=2) == (1, 2)
    assert part.shutdowns == 2


def test_inputs_reach_the_part():
    class Adder:
        def run(self, left, right):
            return left + right

    assert check_part(Adder(), 1, 2, outputs=1) == 3


def test_a_class_is_refused_as_the_car_refuses_it():
    # What used to happen: "Part.run() missing 1 required positional argument: 'self'".
    with pytest.raises(PartError, match="must be an instance. Received: the class Part"):
        check_part(Part, outputs=1)


def test_none_is_always_allowed():
    assert check_part(Part(None), outputs=3) is None


def test_a_part_without_run_is_run_in_a_thread():
    part = Threaded()
    assert check_part(part, outputs=1) == 1
    assert part.ended.is_set()


@pytest.mark.parametrize(
    ("value", "outputs", "message"),
    [
        (1, 0, "`Part` has no outputs and must return None. Received: 1"),
        ((1,), 1, r"`Part` has one output and must return the value itself. Received: \(1,\)"),
        ((1, 2, 3), 2, r"`Part` must return a tuple of 2 values. Received: \(1, 2, 3\)"),
        (7, 2, "`Part` must return a tuple of 2 values. Received: 7"),
    ],
)
def test_wrong_outputs(value, outputs, message):
    with pytest.raises(PartError, match=message):
        check_part(Part(value), outputs=outputs)


def test_a_part_that_cannot_run():
    with pytest.raises(PartError, match="`object` must have a method `update`"):
        check_part(object())


def test_a_thread_that_never_produces():
    with pytest.raises(PartError, match="`Threaded` must produce a value within 0.05 s"):
        check_part(Threaded(None), outputs=1, timeout_s=0.05)


def test_a_thread_that_outlives_its_shutdown():
    part = Threaded()
    end, part.shutdown = part.ended.set, lambda: None
    with pytest.raises(PartError, match="`Threaded.update` must return after `shutdown`"):
        check_part(part, outputs=1, timeout_s=0.05)
    end()


def test_a_shutdown_that_works_only_once():
    class Fragile(Part):
        def shutdown(self):
            super().shutdown()
            if self.shutdowns == 2:
                raise ValueError("closed already")

    with pytest.raises(ValueError, match="closed already"):
        check_part(Fragile())


def test_a_slow_shutdown():
    class Slow(Part):
        def shutdown(self):
            time.sleep(0.05)

    with pytest.raises(PartError, match="`Slow.shutdown` must return within 0.01 s"):
        check_part(Slow(), timeout_s=0.01)
