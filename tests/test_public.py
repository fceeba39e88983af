"""The public names: those of the documentation's page, importable, documented."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import astrosim
from astrosim.core.compilation import NOTICE

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "python.md"
MOST = 27  # names; more would not be a short surface
OBJECTS = sorted(set(astrosim.__all__) - {"__version__"})


DOORS = (
    "astrosim",
    "astrosim.tasks",
    "astrosim.sklearn",
    "astrosim.spiking",
    "astrosim.tutorial",
    "astrosim.summary",
    "astrosim.statistics",
)
IN_WORDS = ("__version__", "NEURONS", "ASTROCYTES")
"""Names that a sentence of the page tells, as they are no functions or classes."""


def documented_names(door: str) -> list[str]:
    """Names that the page lists under a module."""
    section = PAGE.read_text().partition(f"\n## {door}\n")[2].partition("\n## ")[0]
    named = re.findall(r"^   (\w+)$", section, re.MULTILINE)
    return named + [name for name in IN_WORDS if re.search(rf"`(?:astrosim\.)?{name}`", section)]


@pytest.mark.parametrize("door", DOORS)
def test_the_documentation_lists_exactly_the_public_names(door):
    assert sorted(documented_names(door)) == sorted(import_module(door).__all__)


def test_the_surface_is_short():
    assert len(astrosim.__all__) == len(set(astrosim.__all__)) <= MOST


def test_every_name_can_be_imported_and_is_listed_by_dir():
    for name in astrosim.__all__:
        assert getattr(astrosim, name) is not None
    assert set(astrosim.__all__) <= set(dir(astrosim))


@pytest.mark.parametrize("door", DOORS[1:])
def test_what_the_other_doors_offer_has_a_docstring(door):
    module = import_module(door)
    for name in set(module.__all__) - set(IN_WORDS):
        doc = inspect.cleandoc(getattr(module, name).__doc__ or "")
        assert re.match(r"[A-Z`].*[.;:]", doc), name


def test_names_are_the_same_in_a_fresh_interpreter():
    code = "from astrosim import *; import astrosim; print(*[n for n in astrosim.__all__ if n not in globals()])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"^module 'astrosim' has no attribute 'Glia'$"):
        _ = astrosim.Glia


def test_the_version_is_that_of_the_installed_package():
    from importlib.metadata import version

    assert astrosim.__version__ == version("astrosim")


def section_names(doc: str, title: str) -> set[str]:
    """Names that a section of a numpydoc docstring describes."""
    body = doc.partition(f"\n{title}\n{'-' * len(title)}\n")[2]
    body = re.split(r"\n\w+\n-{3,}\n", body)[0]
    lines = [line.partition(" : ")[0] for line in body.splitlines() if re.match(r"\w", line)]
    return {name.strip() for line in lines for name in line.split(",")}


def wanted_parameters(thing: object) -> set[str]:
    """What a docstring must describe: all parameters, or all fields."""
    if isinstance(thing, type) and issubclass(thing, Exception) and "__init__" not in vars(thing):
        return set()
    return set(inspect.signature(thing).parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", OBJECTS)
def test_every_public_object_has_a_numpydoc_docstring(name):
    thing = getattr(astrosim, name)
    doc = inspect.cleandoc(thing.__doc__ or "")
    summary = doc.partition("\n\n")[0]
    assert re.fullmatch(r"[A-Z`][^\n]*[.`]", summary), f"a line that ends with a full stop: {summary!r}"
    if name == "Scenario":  # its fields describe themselves
        fields = astrosim.Scenario.model_fields
        assert all(field.description or field.annotation.__doc__ for field in fields.values())
        return
    described = section_names(doc, "Parameters") | section_names(doc, "Attributes")
    assert wanted_parameters(thing) <= described


def test_missing_parameters_would_be_noticed():
    doc = "Do.\n\nParameters\n----------\npre, post : ndarray\n    Ends.\nseed : int\n\nReturns\n-------\nNetwork"
    assert section_names(doc, "Parameters") == {"pre", "post", "seed"}
    assert section_names(doc, "Raises") == set()


PYTHON_FIRST = """
import astrosim
from astrosim import Scenario, ceiling, export_run, open_run, run

scenario = Scenario.load("quick", ["schedule.episodes=20", "seeds=[3]"])
run(scenario, OUT, workers=1)
accuracy = open_run(OUT)["pattern_accuracy"].isel(episode=-1).mean("pattern")
best = ceiling(scenario, seed=3)
assert (accuracy <= best.accuracy).all() and best.exact
assert (export_run(OUT) / "episodes.csv").exists()
assert astrosim.run is run and astrosim.ceiling is ceiling
"""


def test_what_the_command_line_does_is_a_few_lines_of_python(tmp_path):
    scenario = Path(astrosim.__file__).parent.parent / "scenarios" / "quick.toml"
    code = PYTHON_FIRST.replace('"quick"', repr(str(scenario))).replace("OUT", repr(str(tmp_path / "run")))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    said = done.stderr.removeprefix(f"{NOTICE}\n")  # where it is the first to need some kernel
    assert (done.returncode, said) == (0, "")


def test_a_ceiling_is_that_of_the_replicate_that_was_asked_for():
    from astrosim.systems.threshold.ceilings import structural_ceiling

    scenario = astrosim.Scenario.model_validate(
        {"seeds": [5, 6], "conditions": {"a": {}, "b": {"network": {"p_within": 1.0}}}}
    )
    for condition, seed in (("a", 5), ("a", 6), ("b", 5)):
        wiring = astrosim.make_engine(astrosim.resolve(scenario, condition), seed).wiring()
        found = astrosim.ceiling(scenario, condition=condition, seed=seed)
        assert found == structural_ceiling(wiring) == astrosim.ceiling(wiring)
    assert astrosim.ceiling(scenario) == astrosim.ceiling(scenario, condition="a", seed=5)
    assert astrosim.ceiling(scenario, condition="b").synapses == 25
    with pytest.raises(astrosim.ScenarioError, match="no such condition"):
        astrosim.ceiling(scenario, condition="c")
