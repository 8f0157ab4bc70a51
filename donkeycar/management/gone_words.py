"""Removed commands and options of earlier versions, and what to use instead."""

from collections.abc import Container, Iterable, Sequence

from donkeycar.words import nearest

# Command line -> a command that it had -> what to do now.
COMMANDS: dict[str, dict[str, str]] = {
    "donkey": {
        "createjs": "donkey gamepad learn asks for each button, and saves CONTROLLER_BINDINGS; "
        "donkey gamepad convert takes over the my_joystick.py that createjs wrote",
        "ui": "The drive page, donkey tub, donkey train and donkey evaluate do its work",
        "tubclean": "Nothing has to be cut out by hand: donkey tub report says what is odd about "
        "a recording, and TRAIN_FILTER leaves records out",
        "tubcheck": "It is now: donkey tub check TUB",
        "tubaugment": "Training changes frames by itself; AUGMENTATIONS says how",
        "consync": "Copy recordings with: rsync -av CAR:mycar/data/ data/",
        "contrain": "Train with: donkey train --tub data",
    },
    "manage.py": {
        "calibrate": "It is now: donkey calibrate, in the folder of the car",
        "check": "It is now: donkey doctor, in the folder of the car",
        "analyze": "It is now: donkey tub report TUB",
    },
}

_WIRED = (
    "Pins, address and frequency come from the settings of the car, DRIVE_TRAIN_TYPE and its "
    "dictionary in myconfig.py. Then: donkey calibrate"
)
# Command line and command -> an option that it had -> what to do now.
OPTIONS: dict[tuple[str, str], dict[str, str]] = {
    ("donkey", "calibrate"): dict.fromkeys(
        ("--channel", "--address", "--bus", "--pwmFreq", "--pwm-pin", "--arduino"), _WIRED
    ),
    ("donkey", "update"): {
        "--template": "Every car has the same manage.py now; leave it out",
    },
    ("donkey", "models"): {"--group": "Every pilot is listed with its recordings; leave it out"},
    ("donkey", "cnnactivations"): {
        "--tub": "Name one of its pictures: --image data/images/0_cam_image_array_.jpg",
    },
    ("donkey", "train"): {
        "--framework": "TensorFlow trains all types of pilot; leave it out",
        "--checkpoint": "donkey train --resume goes on with what was interrupted",
        "--aug": "Frames are changed at random anyway; AUGMENTATIONS says how. Leave it out",
    },
    ("manage.py", "train"): {
        "--aug": "Frames are changed at random anyway; AUGMENTATIONS says how. Leave it out",
    },
    ("manage.py", "drive"): {
        "--log": "LOGGING_LEVEL in myconfig.py says what is shown; leave it out",
        "--file": "Training takes recordings by: donkey train --tub data",
        "-f": "Training takes recordings by: donkey train --tub data",
        "--chaos": "No gamepad shakes the steering any more; leave it out",
    },
}

# Beginnings of types of pilots -> what to do now.
TYPES = {
    "tensorrt_": "TensorFlow no longer has TensorRT: the .tflite file of a pilot drives. Convert "
    "the .h5 or SavedModel it came from: donkey convertmodel",
    "coral": "Its library is not made any more: the .tflite file of a pilot drives. Convert the "
    ".h5 or SavedModel it came from: donkey convertmodel",
    "fastai": "Pilots of fastai are not driven. Train one from the same recordings: donkey train "
    "--tub data --type linear",
    "resnet18": "Pilots of PyTorch are not driven. Train one from the same recordings: donkey "
    "train --tub data --type linear",
}

# Templates of `donkey createcar` -> what there is instead.
TEMPLATES = {
    "path_follow": "Following a recorded path is not in this version",
    "cv_control": "Following a line is not in this version",
    "simulator": "The built-in simulator is --template sim",
    "square": "The built-in simulator is --template sim",
    "basic": "complete does the same: leave --template out",
    "calibrate": "It is a command now: donkey calibrate",
    "just_drive": "Put a part of your own into the manage.py of complete, which is yours",
    "arduino_drive": "An Arduino with Firmata is not driven any more",
    "donkey2": "complete does the same: leave --template out",
}


def gone_word(
    prog: str, words: Sequence[str], known: Iterable[str], of_donkey: Container[str]
) -> str:
    """The message for a command line with removed or misspelt words.

    Args:
        prog: ``"donkey"`` or ``"manage.py"``.
        words: The words after `prog`.
        known: The commands of `prog`.
        of_donkey: The commands of ``donkey``.

    Returns:
        The rule, the received words and the next step; "" if the words are right.
    """
    command = next((word for word in words if not word.startswith("-")), "")
    names = list(known)
    if command in COMMANDS[prog]:
        way = COMMANDS[prog][command]
        return f"There is no command {command!r} any more. Received: {prog} {command}. {way}"
    if command and command not in names:
        way = _way_to_the_other(prog, command, of_donkey)
        if way:
            return f"{prog} has no command {command!r}. Received: {prog} {command}. {way}"
        near = nearest(command, [*names, "drive"])
        way = f"Did you mean {near}? " if near else ""
        # "drvie" is as near to "service", which is not a command of the car.
        way += _way_to_the_other(prog, near, of_donkey) or f"All of them: {prog} --help"
        return f"There is no command {command!r}. Received: {prog} {command}. {way}"
    for word, following in zip(words, (*words[1:], ""), strict=True):
        option, _, value = word.partition("=")
        if option == "--type" and (way := _gone_type(value or following)):
            return f"No pilot has this `--type` any more. Received: {value or following}. {way}"
        way = OPTIONS.get((prog, command), {}).get(option, "")
        if way:
            return (
                f"`{option}` is not an option of {prog} {command} any more. Received: {word}. {way}"
            )
    return ""


def _gone_type(name: str) -> str:
    """What to do instead of a type of pilot; "" if it is still there."""
    return next((way for start, way in TYPES.items() if name.startswith(start)), "")


def _way_to_the_other(prog: str, command: str, of_donkey: Container[str]) -> str:
    """How to write a command of the other command line; "" if that does not have it either."""
    if prog == "manage.py":
        return f"Say: donkey {command}" if command in of_donkey else ""
    if command == "drive":
        return "A car has its own. In its folder: python manage.py drive"
    return ""
