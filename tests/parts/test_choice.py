import numpy as np
import pytest

from donkeycar.errors import ConfigError
from donkeycar.parts.choice import Choice
from donkeycar.testing import check_part


def test_a_button_goes_on_to_the_next_and_round(caplog):
    lane = Choice(["left", "middle", "right"], what="behavior")
    with caplog.at_level("INFO"):
        seen = [lane.run(pressed) for pressed in (None, False, True, False, True, True)]
    assert [state for state, _, _ in seen] == [0, 0, 1, 1, 2, 0]
    assert [label for _, label, _ in seen] == ["left", "left", "middle", "middle", "right", "left"]
    assert caplog.messages == ["behavior: middle", "behavior: right", "behavior: left"]
    assert seen[2][2].tolist() == [0, 1, 0]
    assert seen[2][2].dtype == np.float32


def test_what_was_handed_out_does_not_change():
    lane = Choice(["left", "right"], what="behavior")
    _, _, first = lane.run(False)
    lane.run(True)
    assert first.tolist() == [1, 0]


def test_it_keeps_the_contract():
    check_part(Choice(["left", "right"], what="behavior"), True, outputs=3)


@pytest.mark.parametrize("names", [[], ["one"], ["one", "one"]])
def test_there_must_be_a_choice(names):
    with pytest.raises(ConfigError, match="two or more different names of a behavior"):
        Choice(names, what="behavior")
