"""Simulator page: pilots drive a track, and are watched from above and from behind, with trails."""

import io
import math
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.json_text import parse_json
from donkeycar.lab.action import JSON, Get, Post, Reply
from donkeycar.lab.jobs import record as job_record
from donkeycar.lab.lab import Lab

TOP_WIDTH_PX = 1200
# The camera behind the car: a pinhole, so that the page can draw trails into its picture.
BEHIND = {
    "width_px": 480, "height_px": 270, "vfov_deg": 60.0, "pitch_deg": 24.0, "height_m": 0.75,
    "forward_m": -1.0, "barrel": 0.0,
}  # fmt: skip
# A browser may use the picture of a track again for this long.
KEEP_S = 3600
MAX_LAPS = 50
MAX_RECORDS = 200_000
MODELS = (".keras", ".tflite")
# A tick every 50 ms: more rows than a run of two hours has.
MAX_OUTPUT_BYTES = 64 * 1024 * 1024

_threads = threading.local()


def places(lab: Lab) -> JSON:
    """What can be chosen: ``tracks`` with their length in metres, and ``pilots``, newest first."""
    from donkeycar.sim.track import load_track, track_names

    tracks = [{"name": name, "length_m": load_track(name).length_m} for name in track_names()]
    return {"tracks": tracks, "pilots": _pilots(lab), "behind": BEHIND}


def track(lab: Lab, *, name: str) -> JSON:
    """The size of the picture from above, and how world positions become its pixels.

    Returns:
        ``width_px``, ``height_px``, ``pixels_per_m`` and ``low`` (metres: the lower left corner).
    """
    view = _top(name)
    height, width = view.pixels.shape[:2]
    low = [float(value) for value in view.low]
    scale = view.pixels_per_m
    return {"width_px": width, "height_px": height, "pixels_per_m": scale, "low": low}


def above(lab: Lab, *, name: str) -> Reply:
    """The track from above, as a picture."""
    return Reply(_jpeg(_top(name).pixels), "image/jpeg", keep_s=KEEP_S)


def behind(lab: Lab, *, name: str, x: float, y: float, yaw: float) -> Reply:
    """The view from behind a car at a place of the track, without the car.

    Args:
        lab: The lab.
        name: A track.
        x: Metres.
        y: Metres.
        yaw: Heading in radians, counter-clockwise from +x.
    """
    if max(abs(x), abs(y)) > 1000 or abs(yaw) > 1000:
        raise ConfigError(f"A car must be on the track. Received: x={x:g}, y={y:g}, yaw={yaw:g}")
    return Reply(_jpeg(_renderer(name).render(x, y, yaw)), "image/jpeg", keep_s=KEEP_S)


def drive(lab: Lab, *, pilot: str, track: str, laps: int = 3, seed: int = 1) -> JSON:
    """Let a pilot drive laps, in a job; `runs` lists it.

    Args:
        lab: The lab.
        pilot: A name of `places`.
        track: A name of `places`.
        laps: 1 to `MAX_LAPS`.
        seed: The same seed gives the same run.

    Returns:
        The ID of the job.
    """
    if pilot not in _pilots(lab):
        raise ConfigError(
            f"A pilot must be one of models/. Received: {pilot[:80]!r}. Train one, or load the "
            "page again"
        )
    _track(track)
    if not 1 <= laps <= MAX_LAPS:
        raise ConfigError(f"`laps` must be 1 to {MAX_LAPS}. Received: laps={laps}")
    if not 0 <= seed < 2**32:
        raise ConfigError(f"`seed` must be 0 to 4294967295. Received: seed={seed}")
    words = ["sim", "eval", "--model", f"models/{pilot}", "--track", track, "--laps", str(laps)]
    words += ["--seed", str(seed), "--json", "--trajectory"]
    return {"id": lab.jobs.start(f"{pilot} drives {track}", words)}


def record(lab: Lab, *, tub: str, track: str, records: int = 4000, seed: int = 1) -> JSON:
    """Let the built-in expert drive, and record it into a new tub, in a job.

    Args:
        lab: The lab.
        tub: Name of the new tub, e.g. ``"data/expert"``.
        track: A name of `places`.
        records: 1 to `MAX_RECORDS`.
        seed: The same seed gives the same run.
    """
    path = lab.path(tub)
    if path == lab.folder or path.exists():
        raise ConfigError(f"A recording must go into a new tub. Received: {tub[:80]!r}")
    _track(track)
    if not 1 <= records <= MAX_RECORDS:
        raise ConfigError(f"`records` must be 1 to {MAX_RECORDS}. Received: records={records}")
    words = ["sim", "record", "--tub", lab.name_of(path), "--records", str(records)]
    words += ["--track", track, "--seed", str(seed)]
    path.parent.mkdir(parents=True, exist_ok=True)
    return {"id": lab.jobs.start(f"The expert drives {track}", words)}


def runs(lab: Lab) -> JSON:
    """The drives of this page, the newest first: jobs, as `Jobs.list` has them."""
    return [job for job in lab.jobs.list() if job["words"][:1] == ["sim"]]


def run(lab: Lab, *, id: str) -> JSON:  # noqa: A002 - the name in the address
    """One drive: its figures and its trajectory, or why there is none.

    Returns:
        ``job`` (as `Jobs.state`), and ``result``: what `donkey sim eval --json` prints, or
        ``None``.
    """
    job = lab.jobs.state(id)
    result = None
    if job["state"] == "done" and job["words"][:2] == ["sim", "eval"]:
        result = _result(lab.folder / "logs" / "jobs" / id / job_record.OUTPUT)
        job["output"] = ""
    return {"job": job, "result": result}


def stop(lab: Lab, *, id: str) -> JSON:  # noqa: A002 - as above
    """Stop a drive."""
    return lab.jobs.stop(id)


ACTIONS = (
    Get("places", places), Get("track", track), Get("above", above), Get("behind", behind),
    Get("runs", runs), Get("run", run), Post("drive", drive), Post("record", record),
    Post("stop", stop),
)  # fmt: skip


def _pilots(lab: Lab) -> list[str]:
    try:
        found = [path for path in (lab.folder / "models").iterdir() if path.suffix in MODELS]
        found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        return []
    # A name that begins with a hyphen would be an option of the command.
    return [path.name for path in found if not path.name.startswith((".", "-"))]


def _track(name: str) -> Any:
    from donkeycar.sim.track import load_track, track_names

    if name not in track_names():
        words = ", ".join(track_names())
        raise ConfigError(f"A track must be one of {words}. Received: {name[:80]!r}")
    return load_track(name)


@lru_cache(maxsize=4)
def _top(name: str) -> Any:
    from donkeycar.sim.topview import draw_topview

    return draw_topview(_track(name), width_px=TOP_WIDTH_PX)


def _renderer(name: str) -> Any:
    """The renderer of this thread: it draws each picture over the one before."""
    from donkeycar.sim.camera import CameraModel
    from donkeycar.sim.render import Renderer

    known: dict[str, Any] = vars(_threads).setdefault("renderers", {})
    if name not in known:
        known[name] = Renderer(_track(name), CameraModel(**BEHIND))  # type: ignore[arg-type]
    return known[name]


def _jpeg(pixels: Any) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "jpeg", quality=80)
    return out.getvalue()


def _result(output: Path) -> Any:
    """The JSON in the output of a drive; other lines are of the libraries that it loads."""
    text = output.read_bytes()[:MAX_OUTPUT_BYTES].decode("utf-8", "replace")
    start, end = text.find("{\n"), text.rfind("\n}")
    try:
        result = parse_json(text[start : end + 2])
    except ValueError as error:
        raise ConfigError(f"The output of the drive must have its result. {error}") from error
    finite = [row for row in result["trajectory"] if all(map(math.isfinite, row))]
    return result | {"trajectory": finite}
