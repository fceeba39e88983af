"""Checks of a scenario's `[task]` against its rows, and of its network against them."""

from __future__ import annotations

from typing import Any

from astrosim.systems.arrays.scenario.task_section import SIZES, Sizes
from astrosim.systems.arrays.tables.raw import count_of


def image_problems(task: Any) -> list[str]:
    """Say what is wrong with the parts of a known data set."""
    held, given = SIZES[task.data]
    test, validation = count_of(task.test, held + given), count_of(task.validation, held)
    if task.split == "drawn" and not test:
        return ['task.test: task.split = "drawn" draws this number of test images (0). Write their number.']
    if test > (held + given - 2 if task.split == "drawn" else given):
        return [f"task.test: more than {task.data} has ({test}). At most {given} are given."]
    left = held + given - test if task.split == "drawn" else held
    if validation >= left:
        return [f"task.validation: leaves nothing to train on ({validation}). Write less than {left}."]
    if task.train > left - validation:
        return [
            f"task.train: more than there are ({task.train}). At most {left - validation} remain of "
            f"{task.data} without those for validation and test."
        ]
    return []


def field_problems(scenario: Any) -> list[str]:
    """Say what is wrong with the side of receptive fields."""
    network, (rows, columns) = scenario.network, scenario.image_shape
    if network.connections != "fields" or network.field <= min(rows, columns):
        return []
    return [
        f"network.field: larger than the images, {rows} x {columns} pixels ({network.field}). "
        f"Write {min(rows, columns)} or less."
    ]


def table_problems(scenario: Any, sizes: Sizes) -> list[str]:
    """Say what does not fit a table of these sizes."""
    task, network, problems = scenario.task, scenario.network, []
    if network.connections == "fields":
        problems.append('network.connections: a row of a table has no plane ("fields"). Write "features", or "dense".')
    if not sizes.known:
        return problems
    if not sizes.test:
        problems.append(f"task.test: no row to test on ({task.test:g}). Write a share, such as 0.2, or a number.")
    rows = sizes.train + sizes.validation + sizes.test
    if sizes.validation + sizes.test >= rows or sizes.train < 2:
        problems.append(f"task.test: leaves too few rows to train on ({sizes.train}). Write less.")
    if network.connections == "features" and network.features > sizes.inputs:
        problems.append(
            f"network.features: more than there are inputs ({network.features}). Write {sizes.inputs} or less; 0: by "
            "their number."
        )
    return problems


def time_problems(scenario: Any) -> list[str]:
    """Say what is wrong with lengths in trials, sizes of batches and caps of sigma."""
    stay, every, trials, problems = scenario.batches.stay, scenario.record.every, scenario.schedule.trials, []
    if every % stay:
        problems.append(
            f"record.every: no multiple of batches.stay = {stay} ({every}). Records come with whole batches: "
            f"write {max(stay, every // stay * stay)}."
        )
    elif trials % every:
        problems.append(
            f"schedule.trials: no multiple of record.every = {every} ({trials}). "
            f"Write {max(every, trials // every * every)}."
        )
    if scenario.batches.last < scenario.batches.first:
        problems.append(
            f"batches.last: smaller than batches.first = {scenario.batches.first} ({scenario.batches.last}). "
            "Batches grow, or stay the same."
        )
    if scenario.perturbation.last_cap > scenario.perturbation.cap:
        problems.append(
            f"perturbation.last_cap: above perturbation.cap = {scenario.perturbation.cap:g} "
            f"({scenario.perturbation.last_cap:g}). The cap falls, or stays: write 0."
        )
    return problems
