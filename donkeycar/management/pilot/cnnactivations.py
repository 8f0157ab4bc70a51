"""`donkey cnnactivations`: draw the activations of each convolution of a pilot for a picture."""

import argparse
from pathlib import Path

from donkeycar.management.output_file import PICTURES, output_file, write_picture
from donkeycar.management.pilot.seen_through import add_config_argument, car_transforms


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--image", type=Path, required=True, help="a picture of the camera")
    parser.add_argument(
        "--model", type=Path, required=True,
        help="the pilot: any of its files; its .keras file must be there",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, help="the sheet, .png (default: <model>_activations.png beside it)"
    )
    add_config_argument(parser)


def run(args: argparse.Namespace) -> None:
    """Draw the sheet."""
    from donkeycar.explain.activations import draw_feature_maps, feature_maps, prepared
    from donkeycar.keras_backend import import_keras
    from donkeycar.pilots.files.bundle import PilotFiles, read_info
    from donkeycar.pilots.files.keras_file import load_keras
    from donkeycar.pilots.transform import Transforms

    model = args.model.expanduser()
    files = PilotFiles.of(model)
    out = args.out or model.with_name(f"{files.keras.stem}_activations.png")
    out = output_file(out, endings=PICTURES)
    import_keras()
    network = load_keras(model)
    own = car_transforms(args.config) or Transforms()
    if files.sidecar.exists():
        info = read_info(files.sidecar)
        camera_shape, transforms = info.camera_shape, info.transforms
        if transforms.custom:
            transforms = transforms.with_custom(own.custom)
    else:
        height, width, channels = network.inputs[0].shape[-3:]
        camera_shape, transforms = (height, width, channels), own
    image = prepared(args.image.expanduser(), camera_shape, transforms)
    found = feature_maps(network, image)
    write_picture(out, draw_feature_maps(found, image))
    for layer in found:
        height, width, filters = layer.maps.shape
        print(f"{layer.layer}: {filters} filters, {width}x{height}, {layer.num_dead} dead")
    print(f"wrote {out}")
