"""The gallery: every bundled scenario with a figure of a notebook or a picture, one line, kind and time."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scenario_pictures import picture_of

from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.bundled import bundled
from astrosim.scenario.experiment import own_code_runs
from astrosim.scenario.library import catalogue
from astrosim.scenario.words import seconds_words

DOCS = Path(__file__).resolve().parents[1]
FOLDER = DOCS / "gallery"
NOTEBOOKS = DOCS.parent / "analysis"
OF_NOTEBOOKS = {
    "both_worlds": ("both_worlds", 0),
    "control": ("control", 1),
    "digits": ("digits", 0),
    "eight_of_eight": ("eight_of_eight", 0),
    "fashion": ("fashion", 0),
    "lesion": ("interventions", 0),
    "mnist": ("mnist", 0),
    "mnist_rivals": ("fashion", 1),
    "online": ("online", 0),
    "own_table": ("own_data", 2),
    "parallel_proposals": ("parallel_proposals", 0),
    "published/exp018": ("constant_outputs", 1),
    "published/exp019": ("constant_outputs", 0),
    "reward_shape": ("reward_shape", 0),
    "size_60_to_6000": ("size", 0),
    "sparse_versus_dense": ("sparse_versus_dense", 0),
    "spiking/calcium_wakes": ("spiking_learning", 3),
    "spiking/eight_patterns": ("spiking_learning", 1),
    "spiking/lesion": ("spiking_learning", 5),
    "step_size": ("factors", 0),
    "task_switch": ("interventions", 1),
    "tuning/tune_digits": ("digits", 0),
    "tuning/tune_mnist_rivals": ("fashion", 1),
    "uncoupled": ("coupling", 1),
    "update_scope": ("update_scope", 1),
    "waves/offline_digits": ("waves", 2),
    "window": ("window", 0),
}
"""Executed notebook, and number of its figure, that shows what a scenario found."""
OF_GROUPS = {
    "Experiments of Murray (2026)": (
        "constant_outputs",
        0,
        "The answers in which experiments 001 to 019 end ([notebook](notebooks/constant_outputs.ipynb)).",
    )
}
"""Figure of a notebook that shows what a whole group found, and its caption."""
OF_DOCS = {"maturity": "learning.png", "waves/digits_sparse": "waves.png", "waves/leak": "leak.png"}
GROUPS = {
    "First looks": "Seconds each, without a download.",
    "Threshold networks": "Questions about astrocytes on the network of Murray (2026), and past it.",
    "Experiments of Murray (2026)": "The published program, replayed.",
    "Images, tables, environments, functions": "Whatever gives one number.",
    "Calcium waves": "After Peterson; figures of the paper, and past them.",
    "Spiking networks": "With NEST's models and units.",
    "Own rules": "Subclasses of `Astrocyte`.",
    "Tuning": "Settings drawn by one protocol, for every learner of a comparison.",
}
FOLDERS = {
    "published": "Experiments of Murray (2026)",
    "waves": "Calcium waves",
    "spiking": "Spiking networks",
    "extend": "Own rules",
    "tuning": "Tuning",
}
HEAD = """# Gallery

Every bundled scenario: `astrosim run NAME`, `astrosim explain NAME`, `astrosim new MINE --from NAME`;
`astrosim list WORD` finds those that tell of something. Times are
estimates for one core, all conditions and seeds, without compilation. A figure shows what the scenario found, where a
notebook has one, else its first network, task or mesh, or the figures that were published of it.
"""


def group_of(entry: dict[str, Any]) -> str:
    """Return the heading under which a scenario stands."""
    if entry["first_look"]:
        return "First looks"
    folder = entry["name"].partition("/")[0] if "/" in entry["name"] else ""
    plain = "Images, tables, environments, functions" if entry["kind"] == "task" else "Threshold networks"
    return FOLDERS.get(folder, plain)


def gallery_page() -> str:
    """Return the page, and put the figures of all scenarios into their folder."""
    entries = catalogue(times=True)
    parts = [HEAD]
    for group, words in GROUPS.items():
        own = [entry for entry in entries if group_of(entry) == group]
        cards = f"::::{{grid}} 1 2 3 3\n:gutter: 3\n\n{''.join(_cards(own))}::::\n"
        parts.append(f"\n## {group}\n\n{words}\n\n{_figure_of_group(group)}{cards}")
    return "".join(parts)


def _figure_of_group(group: str) -> str:
    if group not in OF_GROUPS:
        return ""
    notebook, number, caption = OF_GROUPS[group]
    path = FOLDER / f"{notebook}_{number}.png"
    FOLDER.mkdir(exist_ok=True)
    path.write_bytes(notebook_figure(NOTEBOOKS / f"{notebook}.ipynb", number))
    return f"```{{figure}} gallery/{path.name}\n{caption}\n```\n\n"


def _cards(entries: Iterable[dict[str, Any]]) -> Iterable[str]:
    for entry in entries:
        name, figure = entry["name"], figure_of(entry["name"])
        image = f":img-top: {figure}\n:img-alt: Figure of {name}\n" if figure else ""
        replicates = f"{entry['cells']:,} replicate{'s' if entry['cells'] > 1 else ''}"
        yield (
            f":::{{grid-item-card}} `{name.rpartition('/')[2]}`\n{image}\n{entry['title']}\n\n"
            f"*{entry['kind']}; {replicates}; {seconds_words(entry['seconds'])}*\n:::\n\n"
        )


def figure_of(name: str) -> str:
    """Return the path of a scenario's figure within the documentation, drawn if need be; empty if it has none."""
    if name in OF_DOCS:
        return f"figures/{OF_DOCS[name]}"
    path = FOLDER / f"{name.replace('/', '_')}.png"
    source = NOTEBOOKS / f"{OF_NOTEBOOKS[name][0]}.ipynb" if name in OF_NOTEBOOKS else bundled()[name]
    if not path.exists() or path.stat().st_mtime < source.stat().st_mtime:
        FOLDER.mkdir(exist_ok=True)
        picture = notebook_figure(source, OF_NOTEBOOKS[name][1]) if name in OF_NOTEBOOKS else _drawn(source)
        if picture is None:
            return ""
        path.write_bytes(picture)
    return f"gallery/{path.name}"


def notebook_figure(notebook: Path, number: int) -> bytes:
    """Return a figure of an executed notebook, by its number from 0."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return base64.b64decode("".join([data["image/png"] for data in outputs if "image/png" in data][number]))


def _drawn(file: Path) -> bytes | None:
    before = own_code_runs.set(False)
    try:
        scenario = load_scenario(file, checked=True)
        return picture_of(resolve(scenario, condition_names(scenario)[0]))
    finally:
        own_code_runs.reset(before)
