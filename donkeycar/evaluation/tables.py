"""The figures of an evaluation as tables, for the terminal and for the page."""

from collections.abc import Callable, Sequence
from typing import Any

from donkeycar.evaluation.agreement import RANGES, STRAIGHT, Agreement
from donkeycar.evaluation.bootstrap import LEVEL_PERCENT, Interval
from donkeycar.evaluation.evaluate import Evaluation, PilotEvaluation
from donkeycar.evaluation.speed import Speed
from donkeycar.report.page import Table

NONE = "–"  # noqa: RUF001
MAX_SESSIONS = 20
# The most pilots whose intervals fit side by side; with more pilots, only the values fit.
MAX_WITH_INTERVALS = 4


def tables_of(evaluation: Evaluation) -> list[Table]:
    """All tables of an evaluation, the most interesting first, without the parts left out."""
    makers: Sequence[Callable[[Evaluation], Table | None]] = (
        _beside_driver, _differences, _by_range, _by_session, _laps, _speed,
    )  # fmt: skip
    return [table for make in makers if (table := make(evaluation)) is not None]


def _compared(evaluation: Evaluation) -> list[tuple[str, str, Agreement]]:
    return [
        (pilot.name, _kind(pilot), pilot.agreement)
        for pilot in evaluation.pilots
        if pilot.agreement is not None
    ]


def _kind(pilot: PilotEvaluation) -> str:
    return pilot.type if pilot.members == 1 else f"mean of {pilot.members} {pilot.type}"


def _beside_driver(evaluation: Evaluation) -> Table | None:
    compared = _compared(evaluation)
    if not compared:
        return None
    return Table(
        f"Beside the driver, {compared[0][2].records} records",
        "Mean distance between what pilot and driver did, and how well the two go together (r, 1 "
        f"is perfect). Below, in brackets: {LEVEL_PERCENT} % intervals.",
        ("pilot", "steering error", "r", "throttle error", "r"),
        [
            (
                f"{name}\n{type}", _cell(one.angle.mae), _cell(one.angle.r),
                _cell(one.throttle.mae), _cell(one.throttle.r),
            )
            for name, type, one in compared
        ],
    )  # fmt: skip


def _differences(evaluation: Evaluation) -> Table | None:
    pairs: dict[str, dict[str, str]] = {}
    yardstick = evaluation.pilots[0].name
    for one in evaluation.differences:
        if one.first != yardstick:  # all pairs would be too many; the JSON output has them
            continue
        pairs.setdefault(one.second, {})[one.quantity] = _gain(one.gain)
    if not pairs:
        return None
    return Table(
        f"Better than {yardstick}?",
        "How much smaller the error gets by changing pilots, record by record. Frames that are "
        "hard for one are hard for all, so this tells more than the intervals above.",
        ("pilot", "steering", "throttle"),
        [(name, words["steering"], words["throttle"]) for name, words in pairs.items()],
    )


def _by_range(evaluation: Evaluation) -> Table | None:
    compared = _compared(evaluation)
    if not compared:
        return None
    counts = [compared[0][2].ranges[name].records for name in RANGES]
    return Table(
        "Steering error by bend",
        f"Where the driver steered to the left, straight on (within {STRAIGHT:g}) and to the "
        "right.",
        (
            "pilot",
            *(f"{name} ({count})" for name, count in zip(RANGES, counts, strict=True)),
        ),
        [(name, *(_cell(one.ranges[part].mae) for part in RANGES)) for name, _, one in compared],
    )


def _by_session(evaluation: Evaluation) -> Table | None:
    compared = _compared(evaluation)
    if not compared or len(compared[0][2].sessions) < 2:
        return None
    sessions = list(compared[0][2].sessions.items())
    left_out = len(sessions) - MAX_SESSIONS
    cell = _cell if len(compared) <= MAX_WITH_INTERVALS else _value
    return Table(
        "Steering error by session",
        "Another day, another light: where a pilot is worse here, it needs recordings from there."
        + (f" {left_out} more sessions are in the JSON output." if left_out > 0 else ""),
        ("session", "records", *(name for name, _, _ in compared)),
        [
            (
                session,
                str(share.records),
                *(cell(one.sessions[session].mae) for *_, one in compared),
            )
            for session, share in sessions[:MAX_SESSIONS]
        ],
    )


def _laps(evaluation: Evaluation) -> Table | None:
    driven = [(pilot, pilot.laps) for pilot in evaluation.pilots if pilot.laps is not None]
    if not driven:
        return None
    first = driven[0][1]
    return Table(
        f"Driving {first['track']} in the simulator",
        "Beside the line: distance from the middle of the lane (root mean square). Put back: how "
        "often somebody had to. docs/simulator.md explains the score, 0 to 100.",
        (
            "pilot", "laps", "off track", "collisions", "put back", "beside the line",
            "speed", "score",
        ),
        [_lap_row(pilot, laps) for pilot, laps in driven],
    )  # fmt: skip


def _lap_row(pilot: PilotEvaluation, laps: dict[str, Any]) -> tuple[str, ...]:
    return (
        pilot.name,
        f"{laps['laps_completed']} of {laps['laps']}",
        str(laps["off_track_count"]),
        str(laps["collisions"]),
        str(laps["interventions"]),
        f"{100 * laps['cte_rms']:.0f} cm\nmax {100 * laps['cte_max']:.0f}",
        f"{laps['mean_speed']:.2f} m/s",
        f"{laps['driving_score']:.1f}",
    )


def _speed(evaluation: Evaluation) -> Table | None:
    rows = [(pilot, one) for pilot in evaluation.pilots for one in pilot.speed]
    if not rows:
        return None
    return Table(
        "Time and memory on this machine",
        "One answer of the network, in ms: half of them took less than the median, 95 of "
        "100 less than p95. Memory of a fresh process, and how much of it came with the network.",
        ("pilot", "median", "p95", "shortest", "memory", "file"),
        [_speed_row(pilot, one) for pilot, one in rows],
    )


def _speed_row(pilot: PilotEvaluation, one: Speed) -> tuple[str, ...]:
    memory = (
        NONE
        if one.memory_mb is None or one.added_mb is None
        else f"{one.memory_mb:.0f} MB\n+{one.added_mb:.0f}"
    )
    threads = f"{one.num_threads} thread{'' if one.num_threads == 1 else 's'}"
    what = f"{one.precision}, {threads}" if one.precision else threads
    return (
        f"{pilot.name}\n{what}", f"{one.median_ms:.2f}", f"{one.p95_ms:.2f}",
        f"{one.min_ms:.2f}", memory, f"{one.kilobytes / 1000:.2f} MB",
    )  # fmt: skip


def _cell(interval: Interval | None) -> str:
    if interval is None:
        return NONE
    return f"{interval.value:.3f}\n[{interval.low:.3f}, {interval.high:.3f}]"


def _value(interval: Interval | None) -> str:
    return _cell(interval).partition("\n")[0]


def _gain(gain: Interval) -> str:
    if gain.holds_zero:
        return f"no sure difference\n{gain.value:+.3f} [{gain.low:.3f}, {gain.high:.3f}]"
    word = "better" if gain.value > 0 else "worse"
    low, high = sorted((abs(gain.low), abs(gain.high)))
    return f"{abs(gain.value):.3f} {word}\n[{low:.3f}, {high:.3f}]"
