"""Pages that are written from the models: nothing that a scenario may say is left unexplained."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from places import ROOT

from astrosim.scenario.interventions import ACTIONS


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module that writes the pages."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    return import_module("field_pages")


def test_no_section_that_every_run_reads_is_said_to_be_idle(writer: Any) -> None:
    page = writer.KindPage.of("wave").text()
    assert "## [sweep]" in page
    assert "Not read" not in page.partition("## [sweep]")[2].partition("\n## ")[0]


def test_every_action_is_explained_with_what_it_takes(writer: Any) -> None:
    text = writer.interventions_page()
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]{15,}) \| [^|]+ \|$", text.partition("## Fields")[0], re.MULTILINE))
    assert tuple(rows) == ACTIONS
    assert len(set(rows.values())) >= len(ACTIONS) - 1  # neurons and astrocytes are released in the same words
