"""The audit: claims beside what was measured, as CSV and as a page."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from typer.testing import CliRunner

from astrosim.audit import audit
from astrosim.audit.claims import ACCIDENT, NOT, REPRODUCED, agree
from astrosim.cli import app

RUNNER = CliRunner()


def rows(directory):
    with open(directory / "audit.csv", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The audit of two experiments, one replayed and one that came out by accident."""
    directory = tmp_path_factory.mktemp("audit") / "runs"
    result = RUNNER.invoke(app, ["audit", "exp002", "exp007", "--out", str(directory), "--workers", "1"])
    assert result.exit_code == 0, result.output
    return directory, result.output


def test_verdicts(done):
    directory, text = done
    found = {(row["scenario"], row["claim"]): row for row in rows(directory)}
    full = found["exp002", "accuracy of full"]
    assert (full["verdict"], round(float(full["measured"]), 9)) == (REPRODUCED, 0.455)
    assert full["reason"].startswith("1 vary, 6 x 00000")
    assert found["exp007", "accuracy of full"]["verdict"] == ACCIDENT
    p = found["exp002", "full is worse than baseline, p = .0062 (paired t test)"]
    assert (p["verdict"], round(float(p["measured"]), 4)) == (NOT, 0.0084)
    direct = [float(row["measured"]) for row in rows(directory) if "direct" in row["claim"] or "others" in row["claim"]]
    assert direct == pytest.approx([13.6, 12.2])
    assert Counter(row["verdict"] for row in rows(directory)) == {REPRODUCED: 4, ACCIDENT: 3, NOT: 2}
    assert "   4 reproduced\n" in text


def test_page_holds_every_claim(done):
    page = (done[0] / "audit.html").read_text()
    assert page.count('<td class="verdict') == len(rows(done[0]))
    assert "exp007: Does wiring explain the good seeds?" in page
    assert "http" not in page


def test_what_is_there_is_not_run_again(done):
    directory = done[0]
    before = {path: path.stat().st_mtime_ns for path in directory.glob("*/commits/*-*.json")}
    assert len(before) == 50 + 20
    audit(directory, ("exp002", "exp007"), workers=1)
    assert {path: path.stat().st_mtime_ns for path in directory.glob("*/commits/*-*.json")} == before


def test_unknown_names_are_refused(tmp_path):
    result = RUNNER.invoke(app, ["audit", "exp02", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr == "exp02: no published scenario. Did you mean exp024?\n"


def test_agreement_is_in_the_printed_places():
    assert agree(0.56, 0.5649, 2)
    assert not agree(0.56, 0.5651, 2)


@pytest.mark.full
def test_the_whole_audit(tmp_path):
    found = audit(tmp_path)
    assert Counter(claim.verdict for claim in found) == {REPRODUCED: 70, ACCIDENT: 27, NOT: 16}
