"""Data flows one way: every import, read from the source, points to a room that stands earlier in the flow."""

from __future__ import annotations

import ast
import graphlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from astrosim.core.jit import PLAIN, numeric_sources, system_of

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "astrosim"
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400  # lines per file

FLOORS = (
    {"core"},
    {"rules", "store", "datasets", "statistics"},
    {"contracts"},
    {"scenario", "plot"},
    {"runs", "explain", "summary", "export"},
    {"report"},
    {"systems"},
    {"tasks", "sklearn", "spiking", "tutorial"},
    {"audit", "view"},
    {"cli"},
    {"__main__"},
)
"""Rooms (folders) of the package from the ground up: a room imports from the floors below its own, and from itself."""

FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
STANDS_ON = {"published": {"threshold"}, "spiking": {"arrays"}}
"""Systems that may import from others; all may import from those of `SHARED`."""

SHARED = {"population", "proposals"}
"""Rooms beside the systems that hold what several of them stand on."""

SOLARA = {"controls", "page", "server", "canvas"}
"""Modules of the room `view` that may use Solara and what comes with it."""

NEVER = {"torch", "solara", "dask", "distributed"}
HEAVY = NEVER | {"numpy", "numba", "mesa", "networkx", "scipy", "matplotlib", "zarr", "xarray", "pydantic", "typer"}


@dataclass(frozen=True)
class Import:
    """One import statement's target, as a dotted name, and where it stands."""

    file: Path
    line: int
    target: str
    late: bool  # inside a function

    def __str__(self) -> str:
        return f"{self.file.relative_to(REPOSITORY)}:{self.line} imports {self.target}"

    @property
    def source_room(self) -> str:
        return room_of(self.file)

    @property
    def source_system(self) -> str:
        return ".".join(self.file.relative_to(PACKAGE).parts[1:2])

    @property
    def system(self) -> str:
        """The system that it points to."""
        return (self.target.split(".") + [""] * 3)[2]

    @property
    def room(self) -> str:
        """The room it points to; empty for the package itself."""
        return self.target.partition(".")[2].partition(".")[0]


def room_of(file: Path) -> str:
    """The first part of a file's path in the package: its package or module."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def found_in(file: Path, node: ast.AST, late: bool = False) -> Iterator[Import]:
    """All imports below a node; those for type checkers count as late ones."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(file, child.lineno, name.name, late) for name in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{file}:{child.lineno}: a relative import. Name the module in full."
            yield from (Import(file, child.lineno, f"{child.module}.{name.name}", late) for name in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            yield from found_in(file, child, late=True)
        else:
            yield from found_in(file, child, late or isinstance(child, ast.FunctionDef))


IMPORTS = [found for file in FILES for found in found_in(file, ast.parse(file.read_text()))]
OWN = [found for found in IMPORTS if found.target.split(".")[0] == "astrosim" and room_of(found.file) != "__init__"]


def points_back(found: Import) -> bool:
    """Whether an import leaves its room for one that does not stand on a floor below."""
    if found.room == "systems" == found.source_room:
        allowed = {found.source_system, *SHARED, *STANDS_ON.get(found.source_system, ())}
        return found.system not in allowed
    if found.room in {found.source_room, ""}:
        return False
    return FLOOR.get(found.room, len(FLOORS)) >= FLOOR.get(found.source_room, len(FLOORS))


def test_every_room_has_its_floor():
    assert {room_of(file) for file in FILES} - {"__init__"} == set(FLOOR)


def test_no_import_points_upwards():
    assert [str(found) for found in OWN if points_back(found)] == []


def test_an_upward_import_is_seen():
    source = "def build():\n    from astrosim.runs import rerun\n"
    (found,) = found_in(PACKAGE / "rules" / "scope.py", ast.parse(source))
    assert found.late
    assert points_back(found)
    source = "from astrosim.systems.waves.net import WaveNet"
    (other,) = found_in(PACKAGE / "systems" / "threshold" / "engines.py", ast.parse(source))
    assert points_back(other)


def test_from_the_package_itself_only_its_version_and_place_are_taken():
    files = {found.file for found in OWN if not found.room}
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    taken = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    assert {name for name in taken if name.startswith("astrosim.")} <= {"astrosim.__version__", "astrosim.__file__"}


def module_name(file: Path) -> str:
    """Dotted name of a file."""
    return ".".join(file.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


def test_the_digest_of_the_machine_code_covers_all_compiled_code():
    compiled = {found.file for found in IMPORTS if found.target.startswith(("astrosim.core.jit.", "numba."))} - PLAIN
    covered = {file: set(numeric_sources(system_of(module_name(file)))) for file in compiled}
    assert [str(file) for file, sources in covered.items() if file not in sources] == []


def test_modules_import_each_other_without_cycles():
    """Late imports and those for type checkers included."""
    modules = {module_name(file) for file in FILES}
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for found in OWN:
        target = found.target if found.target in modules else found.target.rpartition(".")[0]
        if target != module_name(found.file):
            graph[module_name(found.file)].add(target)
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert set(order) <= modules


def plain(name: str) -> str:
    """A distribution's name as the package index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_third_party_imports_are_declared():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    named = ("tasks", "wave", "view", "sonata", "neo", "control", "cluster", "remote")
    lines = [*project["dependencies"], *(line for extra in named for line in extras[extra])]
    declared = {plain(re.split(r"[^A-Za-z0-9_.-]", line)[0]) for line in lines}
    declared |= {"pydantic-core", "solara-ui", "dask"}  # released with exactly one version of what needs them
    provided = importlib.metadata.packages_distributions()
    outside = {found.target.split(".")[0] for found in IMPORTS} - sys.stdlib_module_names - {"astrosim"}
    assert {name for name in outside if declared.isdisjoint(map(plain, provided.get(name, [])))} == set()


def modules_after(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_importing_astrosim_loads_nothing_heavy():
    loaded = modules_after("import astrosim")
    assert "astrosim" in loaded
    assert loaded & HEAVY == set()


def may_use_extras(file: Path) -> bool:
    """Whether a module may import the packages of extras when it is loaded: torch, Solara, or scikit-learn."""
    module = module_name(file)
    if module.startswith("astrosim.view."):
        return file.stem in SOLARA
    if module.startswith("astrosim.systems.arrays.estimators."):
        return True
    if module in ("astrosim.runs.executors.away", "astrosim.runs.executors.dask_cluster"):
        return True
    return file.stem in ("torch_learner", "device", "net", "vae") or module == "astrosim.systems.waves.inputs"


def test_no_module_pulls_in_torch_solara_or_dask():
    names = [module_name(file) for file in FILES if not may_use_extras(file)]
    assert {"astrosim.view.player", "astrosim.view.playback", "astrosim.view.stored"} <= set(names)
    names.remove("astrosim.view.launch")  # it serves, and so needs the server
    loaded = modules_after(f"import {', '.join(names)}")
    assert {"numba", "mesa", "xarray"} <= loaded
    assert loaded & NEVER == set()
    assert [str(f) for f in IMPORTS if f.target.split(".")[0] in NEVER and not may_use_extras(f.file)] == []


def test_waves_train_on_the_kernel_without_torch():
    """Torch is for autoencoders, GPUs and the reference engine; a user without it still trains."""
    loaded = modules_after("import astrosim.systems.waves.runner")
    assert "numba" in loaded
    assert loaded & NEVER == set()


def test_outside_packages_of_extras_are_imported_late():
    extras = {
        "torch",
        "sklearn",
        "threadpoolctl",
        "pooch",
        "solara",
        "anywidget",
        "uvicorn",
        "traitlets",
        "imageio_ffmpeg",
        "libsonata",
        "neo",
        "nixio",
        "gymnasium",
        "fsspec",
    }
    early = [str(f) for f in IMPORTS if f.target.split(".")[0] in extras and not f.late and not may_use_extras(f.file)]
    assert early == []


def test_files_stay_short():
    lengths = {str(file.relative_to(PACKAGE)): len(file.read_text().splitlines()) for file in FILES}
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}


def test_nothing_is_left_to_do():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [file.name for file in FILES if marks.search(file.read_text())] == []


def test_reading_a_scenario_loads_no_compiled_code():
    """Learners and rules are named in tables that compile nothing, so that the command line starts quickly."""
    loaded = modules_after("import astrosim.cli; from astrosim.scenario.bundled import bundled; bundled()")
    assert "pydantic" in loaded
    assert loaded & {"numba", "mesa", "scipy"} == set()
