"""The documentation as a site: every page in the contents, every link and figure there, and no warning when built."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from doc_pages import DOCS, ROOT, generated, pages

LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(\s*([^)\s]+)\s*\)")
IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)|^```\{figure\} (\S+)", re.MULTILINE)
TREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def is_made(path: str) -> bool:
    """Return whether a page of the documentation is written when it is built."""
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in generated())


def within(page: Path, target: str) -> str:
    """Return a link's or an entry's target as a path from the root of the documentation."""
    return os.path.normpath(os.path.relpath(page.parent / target, DOCS))


def entries() -> dict[str, list[str]]:
    """Return the pages that each page's contents name, without their ending."""
    found = {}
    for page in pages()[1:]:
        lines = [line for tree in TREE.findall(page.read_text(encoding="utf-8")) for line in tree.splitlines()]
        named = [line.strip() for line in lines if line.strip() and not line.startswith(":")]
        found[page.relative_to(DOCS).as_posix()] = [within(page, name) for name in named]
    return found


def test_every_page_is_in_the_contents_once() -> None:
    named = [name for names in entries().values() for name in names]
    assert len(named) == len(set(named))
    written = {page.relative_to(DOCS).with_suffix("").as_posix() for page in pages()[1:]} - {"index"}
    assert written - set(named) == set()
    assert [name for name in set(named) - written if not is_made(f"{name}.md") and not is_made(f"{name}.ipynb")] == []


def test_all_notebooks_are_pages() -> None:
    named = {Path(name).name for name in entries()["results/notebooks.md"]}
    assert named == {file.stem for file in (ROOT / "analysis").glob("*.ipynb")}


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as the builder and GitHub make them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_figures_are_there(page: Path) -> None:
    text = re.sub(r"^```(?!\{figure\}).*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    missing = [name for found in IMAGE.findall(text) for name in found if name and not (page.parent / name).exists()]
    for link in LINK.findall(text):
        target, _, anchor = link.partition("#")
        if re.match(r"\w+:", link) or is_made(within(page, target)):
            continue
        file = page.parent / target if target else page
        if not file.exists() or (anchor and anchor not in headings(file)):
            missing.append(link)
    assert missing == []


def test_the_readme_is_short_and_links_the_parts() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 250


def test_what_writes_pages_can_be_imported() -> None:
    """A quick look at what the full build needs of the package: names that have moved are found here."""
    names = [file.stem for file in sorted((DOCS / "_ext").glob("*.py"))]
    assert len(names) > 3
    path = os.pathsep.join([str(DOCS / "_ext"), str(ROOT)])
    environment = os.environ | {"PYTHONPATH": path, "NUMBA_DISABLE_JIT": "1"}
    kinds = "from astrosim.contracts.registry import SYSTEMS; from field_pages import TITLES"
    code = f"import {', '.join(names)}; {kinds}; assert set(TITLES) == SYSTEMS.keys() - {{'published'}}, TITLES.keys()"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.full
def test_the_documentation_is_built_without_a_warning(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(tmp_path / "trees"), str(DOCS)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*words, str(tmp_path / "html")], capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "html" / "reference" / "scenario" / "astrocyte.html").read_text(encoding="utf-8")
    assert "standard deviation of the Gaussian step" in text
    gallery = (DOCS / "gallery.md").read_text(encoding="utf-8")
    assert gallery.count("grid-item-card") == gallery.count(":img-top:") > 100
    external = re.findall(r'<(?:script|link)[^>]+(?:src|href)="(https?:[^"]+)"', text)
    assert external == []
