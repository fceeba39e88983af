"""What is declared for installing and citing: versions, environment and licences agree with pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module, metadata
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from places import ROOT

import astrosim

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA = {"matplotlib": "matplotlib-base"}
"""Names of conda-forge where they differ."""
LISTED = ("tasks", "notebook")
"""Extras whose packages the conda environment takes from conda-forge."""


def requirements(lines: list[str]) -> dict[str, str]:
    """Return version ranges by name, as conda calls it; astrosim's own extras are left out."""
    every = [one for one in map(Requirement, lines) if one.name != "astrosim"]
    return {CONDA.get(one.name, one.name): str(one.specifier) for one in every}


def environment() -> tuple[dict[str, str], list[str]]:
    """Return what the conda environment takes from conda-forge, and what from pip."""
    found = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert (found["name"], found["channels"]) == ("astrosim", ["conda-forge"])
    (nested,) = [one for one in found["dependencies"] if isinstance(one, dict)]
    return requirements([one for one in found["dependencies"] if isinstance(one, str)]), nested["pip"]


def test_the_conda_environment_agrees_with_the_project() -> None:
    conda, pip = environment()
    assert conda.pop("python") == PROJECT["requires-python"]
    conda.pop("pip")
    lines = [*PROJECT["dependencies"], *(line for extra in LISTED for line in EXTRAS[extra])]
    assert conda == requirements(lines)
    (own,) = pip
    taken = re.fullmatch(r"-e \.\[([\w,]+)\]", own)
    assert taken
    assert set(LISTED) <= set(taken[1].split(",")) <= set(EXTRAS)


def test_all_takes_in_what_users_need() -> None:
    (line,) = EXTRAS["all"]
    assert Requirement(line).extras == set(EXTRAS) - {"all", "dev", "docs", "reference", "peers"}
    assert "jupyterlab" in requirements(EXTRAS["notebook"])


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changes = re.findall(r"^## \[(\d[\w.]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {PROJECT["version"], citation["version"], changes[0]} == {astrosim.__version__}


def test_the_citation_names_both_papers() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["cff-version"], citation["license"]) == ("1.2.0", PROJECT["license"])
    papers = {one["authors"][0]["family-names"]: one["title"] for one in citation["references"]}
    assert papers == {
        "Murray": "Astrocyte-Mediated Learning via Local Perturbation with Global Scalar Reward",
        "Peterson": "What can astrocytes compute?",
    }


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module that writes the page of dependencies when the documentation is built."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    return import_module("dependency_page")


def test_the_page_of_dependencies_lists_every_one_with_a_licence(writer: Any) -> None:
    page = writer.dependencies_page()
    found = re.findall(r"^\| (\S+) \| ([^|]+) \| ([^|]*) \|$", page, re.MULTILINE)
    rows = {name.partition("[")[0]: licence.strip() for name, _, licence in found if name != "package"}
    every = [one for lines in (PROJECT["dependencies"], *EXTRAS.values()) for one in map(Requirement, lines)]
    assert set(rows) == {one.name for one in every if one.name != "astrosim"}
    assert [name for name, licence in rows.items() if not licence or len(licence) > 80] == []
    assert (rows["numba"], rows["nest-simulator"], rows["matplotlib"]) == ("BSD", "GPL-2.0-or-later", "PSF-2.0")


def test_licences_that_are_kept_are_those_that_the_packages_state(writer: Any) -> None:
    installed = {canonicalize_name(one.name): one.metadata for one in metadata.distributions()}
    held = {name: licence for name, licence in writer.KNOWN.items() if name in installed}
    assert len(held) > 5
    for name, licence in held.items():
        told = installed[name]
        words = [told.get("License-Expression"), told.get("License"), *(told.get_all("Classifier") or ())]
        said = " ".join(one for one in words if one and "Programming" not in one)
        assert licence.partition("-")[0] in said or not re.search(r"Licen[sc]e", said), f"{name}: {said}"
