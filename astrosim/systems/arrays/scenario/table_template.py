"""A commented scenario of a user's own table, with its sizes filled in: the file that `astrosim new --data` writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from astrosim.core.errors import ScenarioError
from astrosim.scenario.inputs import ComplaintError
from astrosim.scenario.words import counted
from astrosim.systems.arrays.scenario.task_section import ArrayTask
from astrosim.systems.arrays.tables import sources
from astrosim.systems.arrays.tables.raw import Column, Raw
from astrosim.systems.arrays.tables.table import FEW, make

TEMPLATE = """# One line that says what this experiment asks.
#
# Question  What follows from the columns, and how well?
# Answer    the score on rows that were looked at once, at the end; the report says which columns carry it.
#
# `astrosim explain {name}.toml` lists all fields with range, unit and source, and the phases of a trial.

kind = "task"
name = "{name}"
title = "One line for the report"
source = "where the rows come from"
seeds = "1000:5"        # first:count; a seed draws its own parts, and is a network of its own

[task]                  # {sizes}
data = {data}
{roles}test = 0.2              # share of the rows that is looked at once, at the end
validation = 0.15       # share by which the best record is chosen
# weights = "column"    # rows count by it
# groups = "column"     # rows of a group stay in one part

[network]
units = 256             # hidden units; each hears {heard}

[decision]
l2 = 0.003              # the reward is less half of this times the sum of the squared weights

[schedule]
trials = 100_000

[record]
every = 1_000           # trials

# Each condition overrides any of the fields above.
[conditions.astrocytes]

[conditions.backpropagation]  # the same network by its gradient
learner.rule = "backpropagation"
"""


def table_text(name: str, data: str, folder: Path) -> str:
    """Return the text of a scenario file on a table.

    Parameters
    ----------
    name : str
        Of the scenario.
    data : str
        As `task.data`: a file relative to `folder`, or ``sklearn:NAME``.
    folder : Path
        Where the scenario will lie.

    Raises
    ------
    ScenarioError
        If there is no such table.
    """
    path = folder / data
    if sources.is_module(data) or not (sources.is_file(data) or data.startswith(sources.LIBRARY)):
        raise ScenarioError([f'--data: no table ({data}). Name a CSV or NPZ file, or "sklearn:wine".'])
    try:
        given = {"file": str(path)} if sources.is_file(data) else {}
        task = ArrayTask.model_validate({"data": data, **given})
        raw = sources.read(task)
        fields = _fields(raw)
        table = make(ArrayTask.model_validate({"data": data, **given, **fields}), raw)
    except (ComplaintError, ScenarioError) as error:
        raise ScenarioError([f"--data: {str(error).removeprefix('file: ')}"]) from None
    outputs = len(table.outputs)
    learned = f"learns {counted(outputs, 'number') if table.regression else f'{outputs} classes'}"
    inputs = len(table.names)
    heard = "all of them" if inputs <= 32 else f"{int(np.ceil(2 * np.sqrt(inputs)))} of them, at random"
    return TEMPLATE.format(
        name=name,
        data=json.dumps(data),
        sizes=f"{len(table.labels):,} rows, {inputs:,} inputs, {learned}",
        roles="".join(f"{line}\n" for line in _lines(fields)),
        heard=heard,
    )


def _fields(raw: Raw) -> dict[str, object]:
    """Fields of `[task]` that the columns ask for; the last column is taken for the answer."""
    found: dict[str, object] = {}
    answer, columns = (raw.answers[0], list(raw.columns)) if raw.answers else (raw.columns[-1], list(raw.columns[:-1]))
    if not raw.answers:
        found["target"] = answer.name
    if not answer.is_text and not (raw.answers and len(raw.answers) > 1):
        values = answer.values[~np.isnan(answer.values)]
        found["kind_of_target"] = "classes" if len(np.unique(values)) <= FEW else "numbers"
    names = [column.name for column in columns if _is_name(column)]
    columns = [column for column in columns if column.name not in names]
    if names:
        found["leave_out"] = names
    if any(column.is_text for column in columns):
        found["categories"] = "one_hot"
    if any(column.missing.any() for column in columns):
        found["missing"] = "mean"
    return found


def _is_name(column: Column) -> bool:
    """Whether each row has a text of its own, which tells nothing."""
    return column.is_text and len(np.unique(column.values)) > 0.9 * len(column.values)


def _lines(fields: dict[str, object]) -> list[str]:
    """Lines of `[task]`, each with its meaning."""
    words = {
        "target": "column to be learned",
        "kind_of_target": 'or "classes"' if fields.get("kind_of_target") == "numbers" else 'or "numbers"',
        "leave_out": "texts of which every row has its own",
        "categories": "an input of 0 and 1 for each text of a column",
        "missing": "missing inputs take the mean of the training rows",
    }
    return [f"{f'{name} = {json.dumps(value)}':<23} # {words[name]}" for name, value in fields.items()]
