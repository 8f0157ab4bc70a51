"""The rate at which the records of recordings were made."""

from donkeycar.training.records.recordings import Recordings
from donkeycar.tub.pace import Pace, pace_of_records


def pace_of(recordings: Recordings) -> Pace:
    """Find the median time from one record to the next of the same session."""
    return pace_of_records(
        [record for _, record in recordings.sources], recordings.sessions.tolist()
    )
