"""How many rows, inputs and outputs a `[task]` has, from its data; nothing of the user's own is run."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.systems.arrays.scenario.task_section import CLASSES, SHAPES, SIZES, ArrayTask, Sizes
from astrosim.systems.arrays.tables.raw import TEST, TRAIN, VALIDATION, count_of
from astrosim.systems.arrays.tables.table import table_of

UNKNOWN = Sizes(1, 1, False, 1, 0, 0, known=False)
"""Stand for those of rows that the user's own code would have to give."""


def sizes_of(task: ArrayTask) -> Sizes:
    """Return the sizes of a task.

    Raises
    ------
    ComplaintError
        If its table cannot be read.
    """
    if task.of_images:
        return _of_images(task)
    table = None if task.in_memory else table_of(task)
    if table is None:
        return UNKNOWN
    origins = table.origins
    drawn = int((origins == TRAIN).sum())
    test, validation = (
        int((origins == part).sum()) or count_of(share, drawn)
        for part, share in ((TEST, task.test), (VALIDATION, task.validation))
    )
    taken = sum(count for count, part in ((test, TEST), (validation, VALIDATION)) if not np.any(origins == part))
    outputs = len(table.outputs)
    return Sizes(table.inputs.shape[1], outputs, table.regression, max(drawn - taken, 1), validation, test)


def _of_images(task: ArrayTask) -> Sizes:
    held, given = SIZES[task.data]
    rows, columns = SHAPES[task.data]
    test, validation = count_of(task.test, held + given), count_of(task.validation, held)
    left = held + given - test if task.split == "drawn" else held
    train = task.train or left - validation
    return Sizes(rows * columns, CLASSES, False, train, validation, test or given)


def table_defaults(data: Any) -> Any:
    """Return a scenario's tables with the defaults that tables of numbers have in place of those of images.

    Parameters
    ----------
    data : Any
        As a file holds them; what is no mapping stays as it is.
    """
    task = data.get("task") if isinstance(data, dict) else None
    source = task.get("data") if isinstance(task, dict) else getattr(task, "data", None)
    if not isinstance(source, str) or source in SIZES:
        return data
    filled = dict(data)
    learner = data.get("learner")
    masked = isinstance(learner, dict) and learner.get("rule") == "random_mask"
    for section, values in TABLE_DEFAULTS.items():
        if masked and section == "decision":  # the penalty of a mask has no difference
            continue
        own = filled.get(section, {})
        if isinstance(own, dict):
            filled[section] = {**values, **own}
    return filled


TABLE_DEFAULTS: dict[str, dict[str, Any]] = {
    "task": {"test": 0.2, "validation": 0.15},
    "network": {"units": 256, "connections": "features"},
    "perturbation": {"sigma": 0.2, "cap": 0.3, "last_cap": 0.1},
    "decision": {"l2": 0.003},
    "batches": {"first": 2_000, "last": 20_000, "stay": 250},
    "learner": {"average": 0.9, "judged": "best"},
    "schedule": {"trials": 100_000},
    "record": {"every": 1_000},
}
"""Defaults of tables. Source: own tasks, section 9, and trials on validation parts."""
