"""MP4: the pictures as a film, for people to watch; `donkey makemovie` also draws what was done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.formats.exporting.pictures import (
    NO_PICTURE,
    chosen_column,
    even,
    usual_pace,
    usual_shape,
)
from donkeycar.formats.exporting.selection import Progress, Selection
from donkeycar.tub.images import Array
from donkeycar.tub.sizes import letterboxed
from donkeycar.video import write_video


def write(
    selection: Selection,
    out: Path,
    progress: Progress | None = None,
    *,
    camera: str | None = None,
    fps: float | None = None,
) -> dict[str, Any]:
    """Write the pictures of one camera in the order of recording.

    A picture of another size than most is shown as a whole, with bars.

    Args:
        selection: The records; those without a picture are left out.
        out: The file.
        progress: Called with the progress.
        camera: The column of pictures; ``None`` takes the car's camera.
        fps: Pictures a second; ``None`` takes the pace of the recording.

    Raises:
        ConfigError: If there is no such camera, or `fps` is out of range.
        TubError: If there is no picture.
        DeviceError: If PyAV is missing.
    """
    if fps is not None and not 0 < fps <= 1000:
        raise ConfigError(f"`--fps` must be more than 0, at most 1000. Received: {fps:g}")
    key = chosen_column(selection, camera)
    shape = usual_shape(selection, key)
    pace = usual_pace(selection)
    rate_hz = round(pace.rate_hz, 2) if fps is None else fps
    boxed = 0

    def pictures() -> Iterator[Array]:
        nonlocal boxed
        for frame in selection.frames(progress):
            if key not in frame.images or frame.images[key].array.ndim != len(shape):
                selection.left_out[NO_PICTURE] += 1
                continue
            picture = frame.images[key].array
            if picture.shape != shape:
                boxed += 1
                picture = letterboxed(picture, shape)
            yield even(picture)

    num_records = write_video(out, pictures(), rate_hz=rate_hz, extra="formats")
    notes = [f"{boxed} pictures of another size were shown with bars"] if boxed else []
    if fps is None and not pace.is_timed:
        notes.append(
            "the times of the records cannot come from a car, so the video shows "
            f"{rate_hz:g} a second; --fps chooses another rate"
        )
    return {"num_records": num_records, "fps": rate_hz, "notes": notes}
