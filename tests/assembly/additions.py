"""One of each thing that may be added to donkeycar: its places, and a script that uses it.

A place is a file of the package: a text is a new file, a pair is a text of the file that is there
and what is put beside it.
"""

# What every script begins with: a car whose owner wrote MYCONFIG.
CAR = """
    import os
    from pathlib import Path
    from donkeycar import Vehicle
    from donkeycar.config import load_config
    from donkeycar.management.createcar import create_car
    from donkeycar.testing import FakeClock

    def car_with(text):
        create_car(Path("car"))
        Path("car/myconfig.py").write_text(text)
        return load_config(Path("car/config.py"), command="drive")
"""

NEW_CAMERA = {
    "parts/camera/grey.py": """
        import numpy as np

        from donkeycar.parts.camera.camera import Camera
        from donkeycar.parts.finding import MISSING, OK, Finding
        from donkeycar.parts.needs import Library

        LIBRARIES = (Library("greylib", "sudo apt install python3-greylib"),)


        class GreyCamera(Camera):
            \"\"\"A new grey every time, and how far it is.\"\"\"

            def __init__(self, *, level, **more):
                super().__init__(rate_hz=20, **more)
                self.level = level

            def capture(self):
                self.level += 1
                shape = (self.height_px, self.width_px, 3)
                return np.full(shape, self.level, np.uint8), self.clock.monotonic()

            def read(self):
                depth = np.full((self.height_px, self.width_px), 1000 + self.level, np.uint16)
                return *super().read(), depth


        def probe(*, run):
            if run(["greys"]) is None:
                return Finding("camera", MISSING, "no grey answers", "plug it in")
            return Finding("camera", OK, "one")
        """,
    "assembly/camera.py": (
        (
            "from donkeycar.assembly.depth_cameras import DEPTH_CAMERAS\n",
            """
            from donkeycar.assembly.channel import Channel
            """,
        ),
        (
            "CAMERAS = {\n",
            """
            "GREY": CameraRow(
                Recipe(
                    "donkeycar.parts.camera.grey:GreyCamera",
                    lambda cfg, clock, world: {
                        **size(cfg), "level": cfg.CAMERA_INDEX, "clock": clock,
                    },
                    threaded=False,
                ),
                probe=Recipe("donkeycar.parts.camera.grey:probe", lambda cfg, clock, world: {}),
                libraries="donkeycar.parts.camera.grey:LIBRARIES",
                channels={
                    "cam/greyness_array": Channel(
                        "uint16 array (height, width)", "distance of each pixel in mm",
                        ["add_camera"], ["add_recorder"], tub_type="gray16_array",
                    ),
                },
            ),
            """,
        ),
    ),
    "settings/rows/camera.py": (
        "CAMERA_WORDS = {\n",
        """
        "GREY": CameraWord(reads=("CAMERA_INDEX",)),
        """,
    ),
}
USE_CAMERA = """
    from donkeycar.assembly import add_camera, add_recorder
    from donkeycar.assembly.channels import markdown
    from donkeycar.tub import TubReader
    from donkeycar.assembly.check import check_car
    from donkeycar.management.doctor import camera

    cfg = car_with("CAMERA_TYPE = 'GREY'\\nCAMERA_INDEX = 7\\nDRIVE_TRAIN_TYPE = 'MOCK'\\n")
    check_car(cfg)
    car = Vehicle(clock=FakeClock(10.0))
    add_camera(car, cfg)
    car.step()
    assert car.mem["cam/image_array"].max() == 8

    for channel, value in (("user/angle", 0.1), ("user/throttle", 0.2), ("user/mode", "user")):
        car.mem[channel] = value
    car.mem["recording"] = True
    add_recorder(car, cfg)
    car.step()
    car.stop()
    tub = TubReader(Path("car/data"))
    (record,) = tub
    assert tub.image(record, "cam/greyness_array").max() == 1008
    assert "| `cam/greyness_array` | uint16 array (height, width) |" in markdown()

    assert camera.libraries(cfg) == {"greylib": "sudo apt install python3-greylib"}
    (missing,) = camera.camera(cfg, run=lambda words: None)
    assert (missing.found, missing.step) == (
        "CAMERA_TYPE is GREY, but no grey answers", "plug it in",
    )
"""

NEW_DRIVETRAIN = {
    "parts/drivetrain/toy.py": """
        class ToyOutput:
            \"\"\"A board that takes two bytes, steering and throttle of 0 to 200; 0 is off.\"\"\"

            def __init__(self, line):
                self._line = line
                self.off()

            def write(self, steering, throttle):
                self._line.write(bytes([round(100 + 100 * steering), round(100 + 100 * throttle)]))

            def off(self):
                self._line.write(bytes([100, 0]))
        """,
    "assembly/drivetrain/boards.py": (
        '        "motor itself with VESC Tool",\n    ),\n}\n',
        """


        def _toy(context: Context) -> Output:
            from donkeycar.parts.drivetrain.toy import ToyOutput

            return ToyOutput(context.serial(context.settings["TOY_SERIAL_PORT"], baud_rate=9600))


        ROWS["TOY"] = DrivetrainRow(
            _toy, PortWiring("TOY_SERIAL_PORT"), instead="its board knows them"
        )
        """,
    ),
    "settings/rows/drivetrain.py": (
        (
            "DRIVETRAIN_WORDS = {\n",
            """
            "TOY": DrivetrainWord(reads=("TOY_",)),
            """,
        ),
        (
            '    "Boards on a serial line: VESC and MM1.",\n    (\n',
            """
            Setting("TOY_SERIAL_PORT", "/dev/ttyTOY", "serial port of the toy"),
            """,
        ),
    ),
}
USE_DRIVETRAIN = """
    from donkeycar.assembly.check import check_car
    from donkeycar.assembly.drivetrain.hardware import hardware_of, load_drivers
    from donkeycar.assembly.drivetrain.probe import libraries_of, probe
    from donkeycar.assembly.drivetrain.table import make_output
    from donkeycar.testing.serial_device import SerialDevice

    heard = bytearray()

    def hear(data):
        heard.extend(data)
        return b""

    device = SerialDevice(Path("ttyTOY").absolute(), received=hear)
    cfg = car_with(f"DRIVE_TRAIN_TYPE = 'TOY'\\nTOY_SERIAL_PORT = {str(device.path)!r}\\n")
    check_car(cfg)
    wiring = cfg.to_wiring()
    assert hardware_of("TOY", wiring) == [f"serial port {device.path.resolve()}"]
    assert [library.module for library in libraries_of("TOY", wiring)] == ["serial"]
    (found,) = probe("TOY", wiring)
    assert (found.what, found.state) == ("serial", "ok")
    load_drivers("TOY", wiring, also_threaded=True)
    device.settle()
    assert not heard, "to look at it and to load it opens nothing"
    wheels = make_output("TOY", wiring)
    wheels.write(0.5, 1.0)
    device.settle()
    assert heard == bytes([100, 0, 150, 200])
    device.close()
"""

NEW_SENSOR = {
    "parts/sensor/sonar.py": """
        from donkeycar.parts.source import Source


        class Sonar(Source):
            \"\"\"Distance ahead in metres, and whether something is near.\"\"\"

            def read(self):
                return 0.4, True
        """,
    "assembly/sensors.py": (
        "SENSORS = {\n",
        """
        "sonar": Sensor(
            Recipe(
                "donkeycar.parts.sensor.sonar:Sonar", lambda cfg, clock, world: {"clock": clock},
                threaded=False,
            ),
            channels={
                "sonar/distance_m": Channel(
                    "float", "distance to what is ahead", ["add_sensors"], ["add_recorder"],
                    tub_type="float",
                ),
                "sonar/near": Channel(
                    "bool", "whether it is near", ["add_sensors"], ["add_recorder"],
                    tub_type="boolean",
                ),
            },
            is_wanted=lambda cfg: cfg.HAVE_SONAR,
        ),
        """,
    ),
    "settings/rows/sensors.py": (
        '"Odometry (counting the turns of a wheel), lidar, motion sensor, GPS.",\n    (\n',
        """
        Setting("HAVE_SONAR", False, "the car has a sonar"),
        """,
    ),
}
USE_SENSOR = """
    import numpy as np
    from donkeycar.assembly import add_recorder, add_sensors
    from donkeycar.assembly.channels import markdown
    from donkeycar.tub import TubReader

    class Road:
        def run(self):
            return np.zeros((8, 8, 3), np.uint8), 0.1, 0.2, "user", True, 1, None

    OF_ROAD = ["cam/image_array", "user/angle", "user/throttle", "user/mode", "recording",
               "cam/sequence", "stop/reason"]
    add_sensors(Vehicle(clock=FakeClock(10.0)), car_with(""))  # of an owner who says nothing
    cfg = load_config(Path("car/config.py"), overrides=["HAVE_SONAR=True"])

    def put_together(*lines):
        car = Vehicle(clock=FakeClock(10.0))
        car.add(Road(), outputs=OF_ROAD)
        for line in lines:
            line(car, cfg)
        return car

    car = put_together(add_sensors, add_recorder)
    assert not [doubt for doubt in car.wiring_warnings() if "sonar" in doubt], car.wiring_warnings()
    car.step()
    car.stop()
    tub = TubReader(Path("car/data"))
    types = tub.manifest.input_types
    assert (types["sonar/distance_m"], types["sonar/near"]) == ("float", "boolean"), types
    (record,) = tub
    assert (record["sonar/distance_m"], record["sonar/near"]) == (0.4, True)
    shown = "| `sonar/near` | bool | whether it is near | `add_sensors` | `add_recorder` |"
    assert shown in markdown()

    late = put_together(add_recorder, add_sensors)
    (doubt,) = [doubt for doubt in late.wiring_warnings() if "sonar" in doubt]
    assert "sonar/distance_m, sonar/near, but add_recorder came before it" in doubt
    assert "Move its line up" in doubt
"""

NEW_AUGMENTATION = {
    "training/augmentation/black.py": """
        from dataclasses import dataclass

        from donkeycar.training.augmentation.change import Change, Effect


        @dataclass(frozen=True)
        class Black(Change):
            \"\"\"A frame in the dark.\"\"\"

            share: float = 1.0

            def draw(self, shape, rng):
                return Effect(lambda frame: frame * 0)
        """,
    "training/augmentation/augmentation.py": (
        ("\nAUGMENTATIONS: dict[str, Change] = {\n", '    "BLACK": Black(),\n'),
        (
            "from donkeycar.training.augmentation.change import Change\n",
            "from donkeycar.training.augmentation.black import Black\n",
        ),
    ),
    "settings/rows/pictures.py": ('                "FLIP", "BRIGHTNESS",', ' "BLACK",'),
}
USE_AUGMENTATION = """
    import numpy as np
    from donkeycar.assembly.training.augmentation import augmentation_from

    cfg = car_with("AUGMENTATIONS = ['BLACK']\\n")
    cfg = load_config(Path("car/config.py"), command="train")
    frames, _ = augmentation_from(cfg)(
        np.full((2, 4, 4, 3), 9, np.uint8), np.zeros((2, 2)), np.random.default_rng(0)
    )
    assert frames.max() == 0
"""

NEW_PILOT_TYPE = {
    "pilots/kinds/networks/tiny.py": """
        def build(builder, input_shape):
            image, x = builder.image(input_shape)
            x = builder.flat(x)
            outputs = {name: builder.output(x, 1, name=name) for name in ("angle", "throttle")}
            return builder.model(image, outputs, name="tiny")
        """,
    "pilots/kinds/registry.py": (
        '        PilotType("linear", "KerasLinear",',
        '        PilotType("tiny", "KerasTiny", "a test", "tiny"),\n',
    ),
    "settings/rows/training.py": ("PILOT_TYPES = (\n", '    "tiny",\n'),
}
USE_PILOT_TYPE = """
    from donkeycar.assembly.training.options import options_from
    from donkeycar.pilots import pilot_type

    cfg = car_with("DEFAULT_MODEL_TYPE = 'tiny'\\n")
    cfg = load_config(Path("car/config.py"), command="train")
    options, useless = options_from(cfg, type=cfg.DEFAULT_MODEL_TYPE)
    kind = pilot_type(options.type)
    assert (kind.name, useless) == ("tiny", [])
    model = kind.build((8, 8, 3), seed=1)
    assert sorted(model.output_names) == ["angle", "throttle"], model.output_names
"""

NEW_TUB_ACTION = {
    "management/tub/actions/size.py": """
        from donkeycar.management.tub.each import add_tubs, each_tub
        from donkeycar.tub import TubReader

        add_arguments = add_tubs


        def run(args):
            return each_tub(args.tubs, size)


        def size(path):
            print(f"{path.name} holds {len(TubReader(path))}")
            return 0
        """,
    "management/tub/tub.py": (
        ("\nACTIONS = {\n", '    "size": Action("actions.size", "say its size"),\n'),
    ),
}
USE_TUB_ACTION = """
    from donkeycar.management.cli import main
    from donkeycar.tub import TubWriter

    with TubWriter("one", ["a"], ["int"]) as writer:
        writer.append({"a": 1})
    assert main(["tub", "size", "one", "one"]) == 0
"""

NEW_PAGE = {
    "console/pages/laps/page.html": "<!doctype html>\n<title>Laps</title>\n",
    "console/laps.py": """
        from donkeycar.console.guard import Guarded


        class LapsPage(Guarded):
            page = True

            def get(self):
                self.show("laps")
        """,
    "console/server.py": (
        ("\nROUTES: list[Route] = [\n", '    *page_routes("laps", LapsPage),\n'),
        (
            "from donkeycar.console.pair import PAIRING\n",
            "from donkeycar.console.laps import LapsPage\n",
        ),
    ),
}
USE_PAGE = """
    import re
    from benchmarks.web.console_client import Served
    from donkeycar.console.server import ROUTES

    assert any(re.fullmatch(pattern, "/laps") for pattern, _, _ in ROUTES), "no route leads there"
    with Served() as served:
        assert served.request("GET", "/laps").status == 401
        reply = served.request("GET", "/laps", headers={"Cookie": served.pair()})
        assert reply.status == 200, reply.body
        assert b"<title>Laps</title>" in reply.body
"""

NEW_LAB_PAGE = {
    "lab/pages/laps/page.html": "<!doctype html>\n<title>Laps</title>\n",
    "lab/laps.py": """
        from donkeycar.lab.action import Get


        def laps(lab, *, times: int = 1):
            return {"laps": 3 * times, "folder": str(lab.folder)}


        ACTIONS = (Get("all", laps),)
        """,
    "lab/table.py": (
        "\nPAGES: dict[str, Page] = {\n",
        '    "laps": Page("Laps", "donkeycar.lab.laps"),\n',
    ),
}
USE_LAB_PAGE = """
    from benchmarks.web.console_client import Served
    from donkeycar.console.forward import LabPages
    from donkeycar.console.worker import Worker
    from donkeycar.lab.command import worker_command
    from donkeycar.lab.table import titles

    worker = Worker(worker_command(Path.cwd(), is_car=True))
    with Served(lab=LabPages(titles("car"), worker)) as served:
        headers = {"Cookie": served.pair()}
        reply = served.request("GET", "/laps", headers=headers)
        assert b"<title>Laps</title>" in reply.body, reply.body
        reply = served.request("GET", "/laps/all?times=2", headers=headers)
        assert reply.status == 200, reply.body
        assert reply.json() == {"laps": 6, "folder": str(Path.cwd())}
        assert served.request("GET", "/laps/all").status == 401
"""

NEW_CONTROLLER = {
    "parts/controller/paddle.py": """
        from donkeycar.driving.arbiter import Offer


        class Paddle:
            \"\"\"A radio of one lever.\"\"\"

            def __init__(self, *, tell, clock, gain):
                self._clock, self._gain = clock, gain

            def run(self, limit=None, reason=None):
                return Offer(0.1, self._gain, expires_s=self._clock.monotonic() + 0.25, moved=True)
        """,
    "assembly/controller.py": (
        "CONTROLLERS = {\n",
        """
        "PADDLE": Recipe(
            "donkeycar.parts.controller.paddle:Paddle",
            lambda cfg, clock, world: {"clock": clock, "gain": cfg.JOYSTICK_MAX_THROTTLE},
            threaded=False,
        ),
        """,
    ),
    "settings/rows/controller.py": (
        "CONTROLLER_WORDS = {\n",
        """
        "PADDLE": ControllerWord("receiver"),
        """,
    ),
}
USE_CONTROLLER = """
    from donkeycar.assembly import add_controllers, add_driver, make_cockpit
    from donkeycar.assembly.check import check_car

    text = "CAMERA_TYPE = 'MOCK'\\nDRIVE_TRAIN_TYPE = 'MOCK'\\nJOYSTICK_MAX_THROTTLE = 0.4\\n"
    text += "CONTROLLER_TYPE = 'PADDLE'\\nUSE_JOYSTICK_AS_DEFAULT = True\\n"
    cfg = car_with(text)
    check_car(cfg)
    car = Vehicle(clock=FakeClock(10.0))
    cockpit = make_cockpit(car, cfg)
    add_controllers(car, cfg, cockpit)
    add_driver(car, cfg, cockpit)
    car.step()
    assert (car.mem["user/throttle"], car.mem["user/source"]) == (0.4, "rc")
"""

NEW_EXPORT = {
    "formats/exporting/angles.py": """
        def write(selection, out, progress=None):
            angles = [frame.values["user/angle"] for frame in selection.frames(progress)]
            out.write_text(repr(angles))
            return {"num_records": len(angles)}
        """,
    "formats/exporting/table.py": (
        "\nFORMATS = {\n",
        """
        "angles": Format("angles", "only the angles", ending=".txt"),
        """,
    ),
}
USE_EXPORT = """
    from donkeycar.management.cli import main
    from donkeycar.tub import TubWriter

    with TubWriter("one", ["user/angle"], ["float"]) as writer:
        writer.append({"user/angle": 0.25})
    assert main(["tub", "export", "one", "--to", "angles", "--out", "angles.txt"]) == 0
    assert Path("angles.txt").read_text() == "[0.25]"
"""

NEW_IMPORT = {
    "formats/importing/angles.py": """
        from donkeycar.formats.importing.item import ANGLE, THROTTLE, Item, Source


        def matches(path):
            return path.suffix == ".angles"


        def open_source(path, options):
            angles = [float(line) for line in path.read_text().splitlines()]
            items = [
                Item({ANGLE: angle, THROTTLE: 0.5}, {}, 50 * number)
                for number, angle in enumerate(angles)
            ]
            return Source(path.stem, {ANGLE: "float", THROTTLE: "float"}, items)
        """,
    "formats/importing/table.py": (
        "\nFORMATS = {\n",
        """
        "angles": Format("angles", "only angles", endings=(".angles",)),
        """,
    ),
}
USE_IMPORT = """
    from donkeycar.management.cli import main
    from donkeycar.tub import TubReader

    Path("one.angles").write_text("0.25\\n-0.5\\n")
    assert main(["tub", "import", "one.angles", "--out", "tub"]) == 0
    assert [record["user/angle"] for record in TubReader("tub")] == [0.25, -0.5]
"""

# Kind, the heading in CONTRIBUTING, its places, how it is used.
ADDITIONS = {
    "camera": (NEW_CAMERA, USE_CAMERA),
    "drivetrain": (NEW_DRIVETRAIN, USE_DRIVETRAIN),
    "controller": (NEW_CONTROLLER, USE_CONTROLLER),
    "sensor": (NEW_SENSOR, USE_SENSOR),
    "type of pilot": (NEW_PILOT_TYPE, USE_PILOT_TYPE),
    "augmentation": (NEW_AUGMENTATION, USE_AUGMENTATION),
    "action of donkey tub": (NEW_TUB_ACTION, USE_TUB_ACTION),
    "format to export to": (NEW_EXPORT, USE_EXPORT),
    "format to import": (NEW_IMPORT, USE_IMPORT),
    "page of the console": (NEW_PAGE, USE_PAGE),
    "page of the lab": (NEW_LAB_PAGE, USE_LAB_PAGE),
}
