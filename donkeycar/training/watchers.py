"""Who else watches a training: logs of every epoch. Import it only after `backend.import_keras`."""

import time
from typing import Any

from donkeycar.pilots.bundle import PilotFiles
from donkeycar.replay import ReplayRecorder
from donkeycar.replay.path import replay_path
from donkeycar.training.epochs.event_log import EventLog, new_log_folder
from donkeycar.training.epochs.predict import as_fed
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress
from donkeycar.training.run import Lesson

# Frames that a replay asks the network about in every epoch.
PROBE_ROWS = 300


def watchers(
    files: PilotFiles, lesson: Lesson, options: TrainingOptions, progress: Progress
) -> list[Any]:
    """Make the callbacks that write down what happens, as the options say.

    Args:
        files: Of the pilot; what they write goes beside it.
        lesson: What is taught.
        options: Say who watches.
        progress: Is told where it can be seen.
    """
    found: list[Any] = []
    if options.tensorboard:
        log = EventLog(new_log_folder(files.keras), progress.say)
        progress.say(f"for TensorBoard: tensorboard --logdir {log.folder.parent}")
        found.append(log)
    if options.replay:
        path = replay_path(files.keras)
        rows = lesson.some_validation_rows(PROBE_ROWS)
        inputs = lesson.samples.inputs(rows)
        found.append(
            ReplayRecorder(
                path,
                time.strftime("%y-%m-%d_%H%M%S"),
                as_fed(inputs),
                lesson.samples.targets(rows, inputs=inputs),
                network=lesson.plain_model(),
                warn=progress.say,
            )
        )
        progress.say(f"to see how it learnt: donkey replay {files.keras}")
    return found
