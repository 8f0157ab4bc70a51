"""The lag between label and picture, on a made-up road and on real recordings with moved labels."""

import re

import numpy as np
import pytest

from donkeycar.training.data_report.lag import COLUMNS, estimate, profile, slides
from donkeycar.training.data_report.report import data_report
from donkeycar.training.data_report.survey import survey
from donkeycar.training.progress import Silent
from donkeycar.training.records.recordings import gather


@pytest.fixture(scope="module")
def drive():
    """Steering, and a wall of stripes that slides to the left 3 records after steering right."""
    rng = np.random.default_rng(0)
    angles = np.convolve(rng.normal(size=620), np.ones(20) / 8, "same")[:600].clip(-1, 1)
    turned = np.cumsum(np.roll(angles, 3)) * 4
    wall = np.convolve(rng.normal(size=4000), np.ones(7), "same")
    places = 2000 + turned[:, None] + np.arange(COLUMNS)
    profiles = np.interp(places, np.arange(4000), wall).astype(np.float32)
    return angles, profiles


def test_it_is_found_to_the_record(drive):
    angles, profiles = drive
    slid = slides(profiles)
    joined = np.ones(len(slid), bool)
    for moved in (-4, 0, 2):
        lag = estimate(np.roll(angles, moved), slid, joined)
        assert (lag.records, lag.mirrored) == (2 - moved, False)
        assert lag.agreement > 0.9


def test_a_mirrored_picture_is_noticed(drive):
    angles, profiles = drive
    slid = slides(profiles[:, ::-1])
    assert estimate(angles, slid, np.ones(len(slid), bool)).mirrored


def test_slides_are_measured_to_a_part_of_a_column(drive):
    _, profiles = drive
    places = np.arange(COLUMNS)
    moved = np.stack([profiles[0], np.interp(places - 3.4, places, profiles[0])])
    assert slides(moved)[0] == pytest.approx(3.4, abs=0.2)


@pytest.mark.parametrize("broken", ["noise", "still", "gaps"])
def test_where_nothing_can_be_told_nothing_is_said(drive, broken):
    angles, profiles = drive
    slid, joined = slides(profiles), np.ones(len(profiles) - 1, bool)
    if broken == "noise":
        angles = np.random.default_rng(1).normal(size=len(angles))
    if broken == "still":
        angles = np.zeros_like(angles)
    if broken == "gaps":
        joined[::3] = False
    assert estimate(angles, slid, joined) is None


def test_a_profile_is_of_what_is_far_away():
    picture = np.zeros((120, 80, 3), np.uint8)
    picture[70:] = 255
    assert not profile(picture).any()
    picture[30:40, 40:] = 255
    assert (profile(picture)[:70] < 0).all() and (profile(picture)[90:] > 0).all()


@pytest.fixture(scope="module", params=["renault_office_v2", "usi_track2_v2"])
def recordings(request, shared_data):
    return gather([shared_data / request.param])


def test_moved_labels_of_real_recordings_are_found(recordings):
    whole = survey(recordings, Silent()).lag
    assert 3 <= whole.records <= 4
    assert whole.agreement > 0.8


@pytest.mark.parametrize(("moved", "who"), [(4, "Labels"), (-6, "Pictures")])
def test_moved_labels_of_real_recordings_are_said(recordings, moved, who):
    late = recordings.keep(range(1000))
    late.labels = np.roll(late.labels, moved, axis=0)
    [finding] = [f for f in data_report(late).findings if "records late" in f.what]
    match = re.fullmatch(rf"{who} seem to come about (\d+) records late: .*", finding.what)
    assert abs(int(match[1]) - abs(moved)) <= 1
