"""One training run: from a dataset and its split to the files of a pilot.

The run has early stopping, keeps the weights of the best epoch, writes a checkpoint after every
epoch, and converts, tests and saves the trained network.
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from donkeycar.errors import PilotError, TrainingError
from donkeycar.pilots.files.bundle import PilotFiles, PilotInfo
from donkeycar.pilots.files.novelty import NoveltyModel, features
from donkeycar.pilots.kinds.registry import NETWORK, pilot_type
from donkeycar.replay.replay_file import replay_path
from donkeycar.training.database import add_entry
from donkeycar.training.dataset import Dataset
from donkeycar.training.destination import versions
from donkeycar.training.epochs.checkpoint import Checkpoint, Keeper, check_same, checkpoint_path
from donkeycar.training.export.save import MAX_FRAMES, save_pilot
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress
from donkeycar.training.records.samples import as_fed
from donkeycar.training.records.split import Split
from donkeycar.training.result import Ended, TrainingResult
from donkeycar.training.transfer import transfer
from donkeycar.training.validation import PIECE, evenly_spread, validate

if TYPE_CHECKING:
    from donkeycar.training.epochs.batches import Batches
    from donkeycar.training.epochs.callbacks import EpochCallback

PROBE_FRAMES = 8
# This many frames are enough for the novelty model; more would not change it.
MAX_NOVELTY_FRAMES = 2000
# Number of frames on which a replay runs the network of every epoch.
REPLAY_ROWS = 300


class TrainingRun:
    """Trains one pilot, once.

    Use it after `keras_backend.import_keras`.

    Args:
        dataset: The records.
        split: Training and validation split.
        options: Training options, with a seed.
        files: Paths of the pilot.
        progress: Reports the progress.
        checkpoint: Of the interrupted run to resume; ``None`` to begin.

    Attributes:
        samples: The records as this type of pilot sees them.
        split: The part of `split` that the pilot can use.

    Raises:
        TrainingError: If the pilot cannot use any of the records.
        PilotError: If an option of the pilot is not possible.
    """

    def __init__(
        self,
        dataset: Dataset,
        split: Split,
        options: TrainingOptions,
        files: PilotFiles,
        *,
        progress: Progress,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.dataset = dataset
        self.options = options
        self.files = files
        self.progress = progress
        self.samples = dataset.samples(options)
        self.split = self.samples.usable(split)
        self._network_choices = options.network_choices
        self._keeper = Keeper(checkpoint_path(files.keras), progress.say)
        self._checkpoint = checkpoint
        self._began_s = time.monotonic()

    def train(self) -> TrainingResult:
        """Train the network, validate it, and write the pilot's files.

        Raises:
            TrainingError: If the run cannot be resumed, the loss became infinite, or the trained
                pilot cannot be saved, in which case resuming saves it.
            PilotError: If an option has no effect on this type of pilot.
            KeyboardInterrupt: If Ctrl-C came before the end of the first epoch.
        """
        ended, fitted = self._fit(self._new_network())
        # The same weights, with computation in float32.
        network = self.build_network()
        network.set_weights(fitted.best_weights)
        metrics, validation_pilot = validate(
            network,
            self.samples,
            self.split,
            batch_size=self.options.batch_size,
            seed=self.options.seed or 0,
            progress=self.progress,
        )
        info = self._save(network, self._described(ended, fitted, metrics))
        self._list(info)
        if ended == "interrupted":
            self.progress.say(f"{self._keeper.path} keeps what --resume needs to go on")
        else:
            self._keeper.discard()
        return TrainingResult(
            files=self.files,
            info=info,
            history=fitted.history,
            best_epoch=fitted.best_epoch,
            ended=ended,
            metrics=metrics,
            dropped=dict(self.dataset.recordings.dropped),
            validation_driver=self.samples.driven(self.split.validation),
            validation_pilot=validation_pilot,
            duration_s=time.monotonic() - self._began_s,
        )

    def build_network(self) -> Any:
        """Build the untrained network, from layers of Keras only, with computation in float32."""
        return self.samples.kind.build(
            self.options.transforms.output_shape(self.dataset.camera_shape),
            network=self._network_choices,
            seed=self.options.seed,
            **self.samples.options,
        )

    def _new_network(self) -> Any:
        """Build and compile the network, with random weights or the weights of another pilot."""
        from donkeycar.training.network import compile_network, new_network

        options, kind = self.options, self.samples.kind
        dropout = self._network_choices.get("dropout")
        model = new_network(self.build_network, kind, options, dropout=dropout)
        if options.transfer is not None:
            transfer(
                model,
                options.transfer,
                layers_to_train=options.layers_to_train,
                say=self.progress.say,
            )
        if options.print_summary:
            model.summary(print_fn=self.progress.say)
        compile_network(model, kind, options)
        return model

    def _fit(self, model: Any) -> "tuple[Ended, EpochCallback]":
        """Run all epochs, until early stopping or until Ctrl-C.

        Returns:
            How it ended, and the callback with the best weights and the history.
        """
        from donkeycar.training.epochs.averaging import Average, PutBack
        from donkeycar.training.epochs.callbacks import EpochCallback, Stopwatch, fit_model
        from donkeycar.training.epochs.resume import CheckpointWriter, restore

        settings = self._settings(model.dtype_policy.name)
        if self._checkpoint is not None:
            check_same(self._checkpoint.state["settings"], settings, self._keeper.path)
        batches, validation = self._batches()
        schedule = self.options.new_schedule()
        logs = self._log_callbacks()
        with self.progress.task("training", self.options.epochs * len(batches)) as advance:
            epochs = EpochCallback(schedule, batches, advance)
            average = Average(len(batches)) if self.options.average_weights else None
            if self._checkpoint is not None:
                restore(model, epochs, self._checkpoint, average)
            stopwatch = Stopwatch(batches.num_rows, epochs.history.get("seconds", [0.0])[-1])
            writer = CheckpointWriter(self._keeper, epochs, settings, average)
            if average is None:
                callbacks = [stopwatch, epochs, *logs, writer]
            else:
                callbacks = [stopwatch, average, epochs, *logs, PutBack(average), writer]
            is_complete = not epochs.going_on or fit_model(
                model,
                batches,
                validation,
                callbacks,
                first_epoch=epochs.epochs_done,
                epochs=self.options.epochs,
            )
        if not is_complete:
            for callback in logs:
                callback.on_train_end()  # Keras does not print it in this case
        return epochs.outcome(is_complete), epochs

    def _batches(self) -> "tuple[Batches, Batches]":
        """Training records in a new order every epoch, and validation records."""
        from donkeycar.training.epochs.batches import Batches

        options = self.options
        return (
            Batches(
                self.samples,
                self.split.train,
                batch_size=options.batch_size,
                seed=options.seed,
                augmentation=options.augmentation,
                balance=options.balance,
            ),
            Batches(self.samples, self.split.validation, batch_size=options.batch_size),
        )

    def _log_callbacks(self) -> Sequence[Any]:
        """The callbacks that write logs of every epoch, as the options say."""
        from donkeycar.replay import ReplayRecorder
        from donkeycar.training.epochs.event_log import EventLog, new_log_folder
        from donkeycar.training.epochs.progress_file import ProgressFile

        found: list[Any] = []
        if self.options.progress_file is not None:
            found.append(ProgressFile(self.options.progress_file, self.options.epochs))
        if self.options.tensorboard:
            log = EventLog(new_log_folder(self.files.keras), self.progress.say)
            self.progress.say(f"for TensorBoard: tensorboard --logdir {log.folder.parent}")
            found.append(log)
        if self.options.replay:
            rows = evenly_spread(self.split.validation, REPLAY_ROWS)
            inputs = self.samples.inputs(rows)
            found.append(
                ReplayRecorder(
                    replay_path(self.files.keras),
                    time.strftime("%y-%m-%d_%H%M%S"),
                    as_fed(inputs),
                    self.samples.targets(rows, inputs=inputs),
                    network=self.build_network(),
                    warn=self.progress.say,
                )
            )
            self.progress.say(f"to see how it learnt: donkey replay {self.files.keras}")
        return found

    def _settings(self, precision: str) -> dict[str, Any]:
        """The settings that a resumed run must share with this one."""
        return {
            **self.options.to_json(),
            "type": self.samples.kind.name,
            "pilot_options": self._pilot_options,
            "transforms": self.options.transforms.to_json(),
            "records": self.dataset.fingerprint(self.split),
            "precision": precision,
        }

    @property
    def _pilot_options(self) -> dict[str, Any]:
        """Options of the pilot and choices of its network, for its sidecar."""
        return {**self.samples.options, NETWORK: self._network_choices}

    def _described(
        self, ended: Ended, fitted: "EpochCallback", metrics: dict[str, Any]
    ) -> PilotInfo:
        """The content of the sidecar before the conversion."""
        return PilotInfo(
            type=self.samples.kind.name,
            camera_shape=self.dataset.camera_shape,
            transforms=self.options.transforms,
            options=self._pilot_options,
            novelty=self._novelty(),
            training={
                **self.options.to_json(),
                "history": fitted.history,
                "best_epoch": fitted.best_epoch,
                "ended": ended,
            },
            data=self.dataset.to_json(self.split),
            metrics=metrics,
            versions=versions(),
            created_at=time.time(),
            comment=self.options.comment,
        )

    def _novelty(self) -> NoveltyModel | None:
        """The novelty model, for out-of-distribution detection; ``None`` with too few frames."""
        found = []
        for rows in (self.split.train, self.split.validation):
            some = evenly_spread(rows, MAX_NOVELTY_FRAMES)
            pieces = np.array_split(some, -(-len(some) // PIECE))
            frames = (frame for piece in pieces for frame in self.samples.newest_frames(piece))
            found.append(np.stack([features(frame) for frame in frames]))
        return NoveltyModel.learn(*found)

    def _save(self, network: Any, info: PilotInfo) -> PilotInfo:
        """Write the pilot's files; if that fails, the training itself is not lost."""
        rows = evenly_spread(self.split.validation, PROBE_FRAMES)
        recordings, kept = self.dataset.recordings, self._keeper.path
        try:
            return save_pilot(
                self.files,
                info,
                network,
                inputs=self.samples.inputs(evenly_spread(self.split.validation, MAX_FRAMES)),
                frames=np.stack([recordings.image(row) for row in rows]),
                vectors=self.samples.beside(rows),
            )
        except PilotError as error:
            rest = f"--resume tries again from {kept}." if kept.exists() else "Train it again."
            raise TrainingError(
                f"The pilot is trained, but it was not saved: {error} {rest}"
            ) from error
        except OSError as error:
            rest = f" Then --resume goes on from {kept}." if kept.exists() else ""
            raise TrainingError(
                f"The pilot cannot be saved as {self.files.keras}: {error.strerror or error}. "
                f"Make room on the disk.{rest}"
            ) from error

    def _list(self, info: PilotInfo) -> None:
        """Add the pilot to the list of pilots, which is not needed for driving."""
        try:
            add_entry(
                self.files.keras,
                class_name=pilot_type(info.type).class_name,
                type=info.type,
                tubs=[str(path) for path in self.dataset.recordings.tubs],
                history=info.training["history"],
                settings=self.options.to_json(),
                transfer=self.options.transfer,
                comment=self.options.comment,
            )
        except OSError as error:
            why = error.strerror or error
            self.progress.say(f"note: the pilot is not in the list of pilots: {why}")
