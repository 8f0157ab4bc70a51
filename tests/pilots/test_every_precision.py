"""Every type of pilot answers alike as Keras, float32, float16 and int8, and its files open."""

import numpy as np
import pytest

from donkeycar.pilots import PilotInfo, load_pilot, read_info
from donkeycar.pilots.bundle import PRECISIONS, PilotFiles
from donkeycar.pilots.keras_file import load_keras
from donkeycar.pilots.registry import PILOT_TYPES

# The smallest frames that every type takes.
SHAPE = (77, 82, 3)
OPTIONS = {
    "categorical": {"throttle_range": [-0.2, 0.8]},
    "behavior": {"throttle_range": [0.0, 0.8], "behaviors": ["left", "middle", "right"]},
    "inferred": {"throttle_straight": 0.6, "throttle_bend": 0.2},
    "memory": {"memory_length": 2, "memory_depth": 1, "reverse": True},
    "imu": {"imu_mean": [0, 0, 9.8, 0, 0, 0], "imu_spread": [1, 1, 1, 50, 50, 50]},
    "localizer": {"num_locations": 4},
    "rnn": {"sequence_length": 2},
    "3d": {"sequence_length": 2},
}
# How far the outputs of a network may be from Keras', of outputs that reach from -1 to +1.
NEAR = {"float32": 1e-5, "float16": 2e-3, "int8": 0.06}


def options_of(kind):
    return kind.complete(OPTIONS.get(kind.name, {}))


def road(kind, count=16):
    """Frames with a line that wanders, and numbers to go with them."""
    height, width, channels = SHAPE
    frames = np.full((count, height, width, channels), 40, np.uint8)
    for frame, left in zip(frames, np.linspace(0, width - 8, count).astype(int), strict=True):
        frame[:, left : left + 8] = 220
    if not kind.vector_channels:
        return frames, None
    size = kind.vector_size(options_of(kind))
    return frames, np.random.default_rng(1).uniform(-1, 1, (count, size)).astype(np.float32)


def inputs_of(kind, frames, vectors):
    """What the network gets for them; a memory of nothing, the frame itself as those before it."""
    inputs = {"img_in": frames}
    options = options_of(kind)
    if kind.looks_back:
        inputs["img_in"] = np.repeat(frames[:, None], options["sequence_length"], axis=1)
    if kind.remembers:
        vectors = np.zeros((len(frames), kind.vector_size(options)), np.float32)
    if vectors is not None:
        inputs[kind.vector_input] = vectors
    return inputs


def awake(model):
    """Outputs of an untrained network hardly differ from each other: make them differ."""
    for layer in model.layers:
        if type(layer).__name__ == "Dense" and layer.name.startswith(
            ("n_outputs", "out_", "angle", "throttle", "zloc", "model_outputs", "outputs")
        ):
            kernel, bias = layer.get_weights()
            # A choice among bins that are all as likely would be left to rounding.
            layer.set_weights([kernel * (40 if layer.units > 2 else 4), bias])
    return model


@pytest.fixture(scope="module", params=list(PILOT_TYPES))
def bundle(request, keras, tmp_path_factory):
    from donkeycar.training.export.save import save_pilot

    kind = PILOT_TYPES[request.param]
    model = awake(kind.build(SHAPE, seed=5, **options_of(kind)))
    files = PilotFiles.of(tmp_path_factory.mktemp("models") / "pilot")
    frames, vectors = road(kind)
    save_pilot(
        files,
        PilotInfo(kind.name, SHAPE, options=options_of(kind)),
        model,
        inputs=inputs_of(kind, frames, vectors),
        frames=frames,
        vectors=vectors,
    )
    return kind, files, model


def asked(model, inputs):
    """Answers of a Keras model, whatever structure its inputs have."""
    import keras

    return model.predict_on_batch(
        keras.tree.map_structure(lambda tensor: inputs[tensor.name], model.input)
    )


def test_litert_answers_as_keras_within_the_error_that_is_stated(bundle):
    from donkeycar.pilots.interpreter import LiteRTInterpreter

    kind, files, model = bundle
    inputs = inputs_of(kind, *road(kind))
    wanted = asked(model, inputs)
    stated = read_info(files.sidecar).variants
    assert set(stated) == set(PRECISIONS)
    for precision in PRECISIONS:
        interpreter = LiteRTInterpreter(files.variant(precision))
        heads = {"keras": [], "litert": []}
        for row in range(len(inputs["img_in"])):
            outputs = interpreter.run({name: x[row : row + 1] for name, x in inputs.items()})
            right = {name: wanted[name][row : row + 1] for name in outputs}
            for name, value in outputs.items():
                scale = max(1.0, float(np.abs(wanted[name]).max()))
                np.testing.assert_allclose(value / scale, right[name] / scale, atol=NEAR[precision])
            heads["litert"].append(kind.head(outputs, options_of(kind)))
            heads["keras"].append(kind.head(right, options_of(kind)))
        distance = np.abs(np.subtract(heads["litert"], heads["keras"])).max(axis=0)
        if precision != "float32":
            difference = stated[precision].difference
            for column, name in enumerate(("angle", "throttle")):
                assert distance[column] <= difference[name]["max"] + 1e-4


def test_its_files_open_and_answer_as_the_probe_says(bundle):
    kind, files, _ = bundle
    pilot = load_pilot(files.variant("int8"))
    assert (pilot.kind, pilot.info.probe is None) == (kind, False)


def test_the_weights_open_again_to_train_on(bundle):
    kind, files, model = bundle
    inputs = inputs_of(kind, *road(kind, count=2))
    again = asked(load_keras(files.keras), inputs)
    for name, value in asked(model, inputs).items():
        np.testing.assert_allclose(again[name], value, atol=1e-6)
