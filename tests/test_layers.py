"""Imports point downwards, and heavy libraries are loaded only where they are needed."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import donkeycar
from donkeycar.settings.schema import SETTINGS

PACKAGE = Path(__file__).parents[1] / "donkeycar"

# What each may import of donkeycar, besides itself.
BELOW_ASSEMBLY = {
    "cleaning", "config", "console", "driving", "errors", "guardian", "json_text", "loop", "memory",
    "parts", "pilots", "sandbox", "settings", "sim", "testing", "timing", "tub", "vehicle",
}  # fmt: skip
EVERYTHING = BELOW_ASSEMBLY | {
    "analysis", "assembly", "conversion", "evaluation", "explain", "formats", "foxglove",
    "keras_backend", "lab", "replay", "replay_drive", "report", "rollout", "training",
}  # fmt: skip
# What to tell people to type: whoever misses a library says how to install it; and how to count.
ANYBODY = {"commands", "drafts", "files", "lazy", "words"}
ALLOWED = {
    "errors": set(),
    "cleaning": {"errors", "json_text"},
    "json_text": set(),
    "gone": set(),
    "commands": set(),
    "drafts": {"files"},
    "files": set(),
    "lazy": {"errors"},
    "words": set(),
    # Names that owners' files import; what they stand for is the trainer's.
    "pipeline": {"gone"},
    # The same for parts and helpers; `parts.transform`, `tub_v2` and others belong to them.
    "utils": {"gone"},
    "timing": {"errors"},
    "memory": {"errors", "timing"},
    "settings": {"errors", "gone"},
    "config": {"errors", "settings"},
    "guardian": {"errors", "timing"},
    "tub": {"errors", "json_text", "timing"},
    "foxglove": set(),
    "formats": {"errors", "foxglove", "json_text", "tub", "video"},
    "analysis": {"cleaning", "errors", "json_text", "tub"},
    "sandbox": {"errors", "json_text"},
    "pilots": {"errors", "json_text", "sandbox"},
    "sim": {"errors", "json_text"},
    "testing": {"errors", "timing"},
    "parts": {
        "driving",
        "errors",
        "gone",
        "guardian",
        "json_text",
        "timing",
        "tub",
        "pilots",
        "sim",
        "utils",
    },
    "process": {"errors"},
    "loop": {"errors", "memory", "timing"},
    "vehicle": {"errors", "loop", "memory", "timing"},
    "video": {"errors"},
    "keras_backend": {"errors"},
    "replay": {"errors", "json_text", "keras_backend", "pilots", "video"},
    "training": {
        "cleaning",
        "errors",
        "json_text",
        "keras_backend",
        "pilots",
        "pipeline",
        "replay",
        "sandbox",
        "tub",
    },  # fmt: skip
    "driving": {"errors", "timing"},
    "console": {"driving", "errors", "foxglove", "json_text", "timing", "parts"},
    "conversion": {"errors", "keras_backend", "sandbox", "pilots", "training"},
    "report": {"errors", "sim"},
    "rollout": {"driving", "errors", "timing", "pilots", "sim", "parts", "tub", "vehicle"},
    "evaluation": {"errors", "sandbox", "pilots", "sim", "training", "report", "rollout"},
    "explain": {"errors", "tub", "pilots", "video", "training", "report"},
    "lab": {"config", "driving", "errors", "json_text", "settings", "sim", "training", "tub"},
    "assembly": BELOW_ASSEMBLY | {"lab", "training"},
    "replay_drive": {
        "assembly",
        "config",
        "driving",
        "errors",
        "guardian",
        "json_text",
        "memory",
        "parts",
        "pilots",
        "settings",
        "testing",
        "timing",
        "tub",
        "vehicle",
    },  # fmt: skip
    "management": EVERYTHING | {"gone", "process", "templates"},
    "templates": {"assembly", "management"},
    # The package itself: names are loaded when first used.
    "__init__": {"config", "gone", "memory", "vehicle"},
}

# Which layers may import a library at the top of a module: they are useless without it, and
# nothing that must start fast imports them. Whoever else needs it imports it where it is used.
NUMPY_USERS = {
    "analysis", "cleaning", "conversion", "evaluation", "explain", "formats", "lab", "parts",
    "pilots", "replay", "replay_drive", "report", "rollout", "sim", "testing", "training", "tub",
    "utils",
}  # fmt: skip
PICTURE_USERS = {
    "console", "evaluation", "explain", "parts", "replay", "replay_drive", "report", "sim",
    "training", "tub", "utils",
}  # fmt: skip
TOP_LEVEL = {
    "numpy": NUMPY_USERS,
    "PIL": PICTURE_USERS,
    "tornado": {"console", "lab"},
    "pydantic": {"settings"},
    # To teach, a class must inherit from it; `import donkeycar.training` does not load it.
    "keras": {"replay", "training"},
}

HOMES = donkeycar._HOMES

LIBRARIES = {
    "ai_edge_litert", "duckdb", "fsspec", "h5py", "keras", "matplotlib", "numpy", "picamera2",
    "PIL", "pyarrow", "pydantic", "rich", "segno", "simplejpeg", "tensorflow", "tornado",
    "zeroconf",
}  # fmt: skip


def layer_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def sources():
    return sorted(PACKAGE.rglob("*.py"))


def imported_names(node):
    """Full names of the modules that an import statement may load."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        if node.module == "donkeycar":
            # The package hands names of its modules on; `__version__` is its own.
            names = [alias.name for alias in node.names if alias.name != "__version__"]
            return [HOMES.get(name, f"donkeycar.{name}") for name in names]
        return [node.module]
    return []


def donkeycar_imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for name in imported_names(node):
            if name.startswith("donkeycar."):
                yield name.split(".")[1]


def is_type_checking(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def loaded_on_import(path):
    """Libraries that importing the module itself loads: not those inside functions."""
    waiting = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_type_checking(node):
            continue
        for name in imported_names(node):
            yield name.split(".")[0]
        waiting.extend(ast.iter_child_nodes(node))


def test_every_module_has_a_place():
    assert {layer_of(path) for path in sources()} - set(ALLOWED) == set()


def test_imports_point_downwards():
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {target}"
        for path in sources()
        for target in sorted(set(donkeycar_imports(path)))
        if target not in ALLOWED.get(layer_of(path), set()) | ANYBODY | {layer_of(path)}
    ]
    assert wrong == []


def test_nothing_is_allowed_that_nobody_needs():
    # What used to happen: nine arrows that no import uses were allowed, among them a report that
    # may import the trainer.
    used = {}
    for path in sources():
        used.setdefault(layer_of(path), set()).update(donkeycar_imports(path))
    top = {"assembly", "management"}  # they may join anything below
    stale = {name: ALLOWED[name] - used[name] for name in set(ALLOWED) - top}
    assert {name: targets for name, targets in stale.items() if targets} == {}


def drawn_layers():
    """Each layer in the drawing of CONTRIBUTING.md, and the number of its row from the top."""
    page = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawing = re.search(r"Imports point down.*?```text\n(.*?)```", page, re.DOTALL)[1]
    return {
        name: number
        for number, row in enumerate(drawing.splitlines())
        for name in re.split(r"\s{3,}| \| ", row)
        if name in ALLOWED
    }


def test_every_layer_is_drawn_and_no_import_points_up_in_the_drawing():
    # What used to happen: seven layers were not drawn, and the loop was allowed to import `driving`
    # above it.
    rows = drawn_layers()
    assert set(rows) == set(ALLOWED) - {"__init__"}
    upwards = [
        f"{layer} imports {target}"
        for layer, row in rows.items()
        for target in ALLOWED[layer]
        if rows[target] < row
    ]
    assert upwards == []


def takes_settings(function):
    """Names of arguments that are the settings of a car as a whole."""
    every = function.args
    for argument in (*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg):
        if argument is None:
            continue
        words = set(re.findall(r"\w+", ast.unparse(argument.annotation or ast.Constant(""))))
        if argument.arg in ("cfg", "config", "settings") or words & {"Config", "Settings"}:
            yield argument.arg


@pytest.mark.parametrize("layer", ["parts", "console"])
def test_no_part_and_no_page_takes_the_settings_of_a_car(layer):
    # What used to happen: drivers and calibration took all settings, and looked for their own.
    wrong = [
        f"{path.relative_to(PACKAGE)}: {node.name}({argument})"
        for path in sorted((PACKAGE / layer).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for argument in takes_settings(node)
    ]
    assert wrong == []


@pytest.mark.parametrize("argument", ["cfg", "settings: dict", "all: Config", "*, s: Settings"])
def test_a_function_that_takes_settings_is_seen(argument):
    (function,) = ast.parse(f"def make({argument}): pass").body
    assert list(takes_settings(function))


def looked_up(node):
    """Names that are looked up in a mapping: `held["NAME"]` and `held.get("NAME")`."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        yield node.slice.value
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get":
        yield from (argument.value for argument in node.args if isinstance(argument, ast.Constant))


@pytest.mark.parametrize("layer", ["parts", "console", "driving", "guardian"])
def test_no_part_and_no_page_looks_a_setting_up(layer):
    wrong = [
        f"{path.relative_to(PACKAGE)} looks {name} up"
        for path in sorted((PACKAGE / layer).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in looked_up(node)
        if name in SETTINGS
    ]
    assert wrong == []


@pytest.mark.parametrize("code", ["held['IMAGE_W']", "held.get('IMAGE_W', 3)"])
def test_a_setting_that_is_looked_up_is_seen(code):
    assert next(looked_up(ast.parse(code).body[0].value)) == "IMAGE_W"


def test_no_import_is_relative():
    wrong = [
        str(path.relative_to(PACKAGE))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert wrong == []


def test_libraries_are_imported_where_they_are_needed():
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name} at its top"
        for path in sources()
        for name in sorted(set(loaded_on_import(path)))
        if name not in sys.stdlib_module_names
        and name != "donkeycar"
        and layer_of(path) not in TOP_LEVEL.get(name, set())
    ]
    assert wrong == []


@pytest.mark.parametrize("package", ["driving", "guardian"])
def test_what_may_move_the_car_needs_nothing_but_the_standard_library(package):
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in sorted((PACKAGE / package).glob("**/*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (full.split(".")[0] for full in imported_names(node))
        if name not in sys.stdlib_module_names and name != "donkeycar"
    ]
    assert wrong == []


def loaded_by(statement):
    """Names of all modules that a fresh interpreter holds after `statement`."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return {name.split(".")[0] for name in result.stdout.splitlines()}


@pytest.mark.parametrize(
    "statement",
    [
        "import donkeycar",
        "from donkeycar import Memory, Vehicle",
        "import donkeycar.driving.command, donkeycar.driving.drive_mode",
        "import donkeycar.management.cli",
    ],
)
def test_starting_loads_no_library(statement):
    assert loaded_by(statement) & (LIBRARIES | {"asyncio"}) == set()


@pytest.mark.parametrize("layer", ["pilots", "parts.pilot", "training", "sim", "tub", "console"])
def test_a_layer_loads_no_library_of_another(layer):
    heavy = LIBRARIES - {"numpy", "PIL", "simplejpeg", "tornado"}
    assert loaded_by(f"import donkeycar.{layer}") & heavy == set()


def modules():
    """Each module by its full name."""
    found = {}
    for path in sources():
        name = ".".join(("donkeycar", *path.relative_to(PACKAGE).with_suffix("").parts))
        found[name.removesuffix(".__init__")] = path
    return found


def imports_of(path, known):
    """Modules of donkeycar that a module names anywhere: in functions, and for types too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("donkeycar"):
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in known else node.module)
    return found


def knots(graph):
    """What goes in a circle: names that are left when those without imports are taken away."""
    left = {name: set(targets) & set(graph) for name, targets in graph.items()}
    while free := [name for name, targets in left.items() if not targets]:
        for name in free:
            del left[name]
        for targets in left.values():
            targets.difference_update(free)
    # Whoever only imports a circle is none.
    while free := [name for name in left if not any(name in targets for targets in left.values())]:
        for name in free:
            del left[name]
    return sorted(left)


def test_no_imports_go_in_a_circle_not_even_for_types():
    known = modules()
    assert knots({name: imports_of(path, known) - {name} for name, path in known.items()}) == []


def test_no_two_layers_import_each_other():
    layers = {}
    for path in sources():
        layers.setdefault(layer_of(path), set()).update(donkeycar_imports(path))
    assert knots({name: targets - {name} for name, targets in layers.items()}) == []


def test_a_circle_is_seen():
    assert knots({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == ["b", "c"]
