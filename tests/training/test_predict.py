"""Answers of a network before it is converted."""

import numpy as np
import pytest

from donkeycar.training.validation import MAX_RUN, predict
from tests.training.test_samples import samples


class Echo:
    """In the place of a Keras model: says the frame and half of what it said last."""

    def predict_on_batch(self, inputs):
        if not isinstance(inputs, dict):
            return {"angle": inputs[:, 0, 0, :1] / 100, "throttle": inputs[:, 0, 0, 1:2] / 200}
        frames, memory = inputs["img_in"], inputs["mem_in"]
        return {
            "angle": frames[:, 0, 0, :1] / 100 + memory[:, -2:-1] / 2,
            "throttle": memory[:, -1:] + 0.1,
        }


def nobody(count, note="", *, total=None):
    """Count for nobody."""


def test_answers_keep_their_order():
    rows = np.array([0, 3, 4, 9])
    said = predict(Echo(), samples("linear"), rows, batch_size=3, advance=nobody)
    np.testing.assert_allclose(said, np.stack([rows / 100, rows / 200], axis=1), rtol=1e-6)


def test_who_remembers_is_given_its_own_answers_and_none_before_a_run():
    """With its driver's answers, it was praised for repeating them."""
    said = predict(Echo(), samples("memory", memory_length=2), np.array([1, 2, 6, 7, 8]), 2, nobody)
    assert said[:, 0] == pytest.approx([0.01, 0.025, 0.06, 0.1, 0.13])
    assert said[:, 1] == pytest.approx([0.1, 0.2, 0.1, 0.2, 0.3])
    assert MAX_RUN > 5


def test_who_remembers_begins_every_session_afresh():
    """Rows that follow each other were one run, across the border of two sessions."""
    said = predict(Echo(), samples("memory", memory_length=2), np.arange(4, 8), 2, nobody)
    assert said[:, 1] == pytest.approx([0.1, 0.2, 0.1, 0.2])
