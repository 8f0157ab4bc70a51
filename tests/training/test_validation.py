import numpy as np
import pytest

from donkeycar.training.validation import agreement


def test_error_and_correlation_of_each_output():
    driver = np.array([[0.0, 0.5], [0.5, 0.5], [1.0, 0.5]])
    pilot = np.array([[0.1, 0.4], [0.6, 0.5], [1.1, 0.6]])
    report = agreement(driver, pilot)
    assert report["records"] == 3
    assert report["angle"]["mae"] == pytest.approx(0.1)
    assert report["angle"]["r"] == pytest.approx(1.0)
    assert report["throttle"]["mae"] == pytest.approx(0.2 / 3)


def test_a_constant_has_no_correlation():
    driver = np.array([[0.0, 0.5], [0.5, 0.5]])
    assert agreement(driver, driver)["throttle"] == {"mae": 0.0, "r": None}
