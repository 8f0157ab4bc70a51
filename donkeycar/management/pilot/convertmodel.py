"""`donkey convertmodel`: convert a model from elsewhere to a pilot."""

import argparse
import json
from pathlib import Path
from typing import Any

from donkeycar import commands
from donkeycar.errors import ConfigError
from donkeycar.json_text import parse_json
from donkeycar.management.output_file import output_file
from donkeycar.management.pilot.seen_through import A_KIND, add_config_argument
from donkeycar.management.pilot.trained_with import seen_through
from donkeycar.management.tub.paths import tub_paths
from donkeycar.pilots.kinds.options import OPTIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "old", type=Path, help="a .tflite, .keras or .h5 file, or the folder of a SavedModel"
    )
    parser.add_argument("--out", type=Path, required=True, help="file of the new pilot")
    parser.add_argument("--type", help=f"{A_KIND}; needed if the model does not show it")
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", dest="options",
        help="option of the pilot, as JSON, e.g. throttle_range=[0,0.5]; may be repeated: "
        f"{', '.join(OPTIONS)}, if its type has it",
    )  # fmt: skip
    parser.add_argument(
        "--tub", "--tubs", dest="tubs", nargs="+", action="extend", default=[],
        metavar="PATH", help="recordings on which to compare the files; needed for an int8 file",
    )  # fmt: skip
    add_config_argument(parser)
    parser.add_argument("--comment", default="", help="a note to keep with the pilot")
    parser.add_argument(
        "--trust", action="store_true",
        help="open the .h5 file or SavedModel, because it comes from somebody whom you trust",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Convert the model, and print the result."""
    from donkeycar.conversion.convert import convert_model
    from donkeycar.conversion.describe import ConversionRequest
    from donkeycar.pilots.files.keras_file import WHY_NO_KERAS, cost_of
    from donkeycar.pilots.transform import Transforms, describe
    from donkeycar.training.destination import pilot_files

    out = args.out.expanduser()
    pilot_files(out, option="--out")
    output_file(out)
    old = args.old.expanduser()
    seen = seen_through(old, args.config.expanduser())
    if seen.told:
        print(f"note: {seen.told}")
    request = ConversionRequest(
        old=old,
        type=args.type,
        options=dict(map(_option, args.options)),
        tubs=tub_paths(args.tubs),
        comment=args.comment,
        # Not `or`: empty transforms may still contain an alternative for old networks.
        transforms=Transforms() if seen.transforms is None else seen.transforms,
        camera_shape=seen.camera_shape,
    )
    files, info = convert_model(request, out, trust=args.trust, say=print)
    print(f"a {info.type} pilot for frames of {describe(info.camera_shape)}")
    for name, value in info.options.items():
        print(f"{name} = {json.dumps(value)}")
    for path in filter(Path.exists, files.every()):
        print(f"wrote {path}")
    why_not = info.training.get(WHY_NO_KERAS)
    if isinstance(why_not, str):
        print(f"note: no {files.keras.name}. {cost_of(why_not)}")
    elif not files.keras.exists():
        print(
            f"note: no {files.keras.name}: a .tflite file can only drive. To train this pilot "
            "further or to look into it, make it from its .keras, .h5 or SavedModel."
        )
    if "int8" not in info.variants and files.keras.exists():
        print("note: no int8 file: it needs recordings that show what frames look like. Add --tub.")
    print(f"Next: {commands.drive(files.litert)}")


def _option(text: str) -> tuple[str, Any]:
    """Split NAME=VALUE; a value that is not JSON is text."""
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise ConfigError(f"`--option` must be NAME=VALUE. Received: --option {text}")
    try:
        return name, parse_json(value)
    except ValueError:
        return name, value
