"""What the README and the documentation tell a reader to type is typed, page by page, each in a folder of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from doc_pages import EXECUTED, MARKS, ROOT, Reader, blocks_of, pages
from later import later

ELSEWHERE = {"howto/estimators.md": "test_estimators.py reads it, and looks at what it prints"}
TOLD = {page.relative_to(ROOT).as_posix().removeprefix("docs/"): page for page in pages()}
READ = [
    name
    for name, page in TOLD.items()
    if name not in ELSEWHERE and any(b.runs and b.language in EXECUTED and b.marks != "full" for b in blocks_of(page))
]
SLOW = {
    f"howto/{page}.md"
    for page in (
        "figures",
        "import_network",
        "interventions",
        "moving",
        "own_tasks",
        "remote",
        "resume_branch",
        "spiking",
        "sweep",
        "waves",
    )
}
"""Pages of some 20 seconds each; other tests of the ordinary suite carry out the like of them."""
LONG = [name for name, page in TOLD.items() if any(block.marks == "full" for block in blocks_of(page))]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader in an empty folder."""
    return Reader(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "name", [*(name for name in READ if name not in SLOW), *later(*(name for name in READ if name in SLOW))]
)
def test_a_page_can_be_typed_from_top_to_bottom(name: str, reader: Reader) -> None:
    reader.read(TOLD[name], full=False)


@pytest.mark.full
@pytest.mark.parametrize("name", LONG)
def test_a_page_can_be_typed_with_its_long_blocks(name: str, reader: Reader) -> None:
    reader.read(TOLD[name], full=True)


def test_marks_are_known_and_say_why_a_block_is_not_run() -> None:
    wrong = [
        f"{block.where}: {block.marks}"
        for page in TOLD.values()
        for block in blocks_of(page)
        if block.marks not in MARKS and not re.fullmatch(r"no-run: \S.{5,}", block.marks)
    ]
    assert wrong == []


def test_no_command_or_code_stands_outside_a_fence_that_is_checked() -> None:
    """Indented lines show what is printed or written, never what to type."""
    shown = re.compile(r"^    (?:astrosim |python |pip |from \w+ import |import )", re.MULTILINE)
    found = []
    for name, page in TOLD.items():
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        found += [f"{name}: {line}" for line in shown.findall(text)]
    assert found == []


def test_a_wrong_command_would_be_noticed(reader: Reader) -> None:
    page = reader.folder / "page.md"
    page.write_text("```bash\nastrosim validate nothing.toml\n```\n", encoding="utf-8")
    reader.monkeypatch.setattr("doc_pages.ROOT", reader.folder)
    with pytest.raises(AssertionError, match=r"page\.md:1: astrosim validate nothing\.toml"):
        reader.read(page, full=False)
