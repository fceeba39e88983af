"""Pages that are written from the models: nothing that a scenario may say is left unexplained."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from places import ROOT

from astrosim.scenario.interventions import ACTIONS


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch) -> str:
    """The page of interventions."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    return import_module("field_pages").interventions_page()


def test_every_action_is_explained_with_what_it_takes(text: str) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]{15,}) \| [^|]+ \|$", text.partition("## Fields")[0], re.MULTILINE))
    assert tuple(rows) == ACTIONS
    assert len(set(rows.values())) >= len(ACTIONS) - 1  # neurons and astrocytes are released in the same words
