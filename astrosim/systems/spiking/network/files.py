"""Spiking networks and spike trains from CSV files. All that is wrong with a file is told at once, with its lines."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from astrosim.core.errors import ScenarioError
from astrosim.scenario.inputs import InputFile, Located
from astrosim.scenario.section import short
from astrosim.scenario.tables import Finding, located
from astrosim.scenario.words import nearest
from astrosim.systems.spiking.kernel.model import Model
from astrosim.systems.spiking.models import ALIASES, ASTROCYTES, NEURONS, PLASTICITY, SYNAPSES, own_name
from astrosim.systems.spiking.network.description import (
    ASTROCYTE,
    Connections,
    Network,
    Nodes,
    Trains,
    connections,
    joined,
    no_nodes,
)
from astrosim.systems.spiking.network.grid import ON_GRID


class Sheet:
    """Cells of a CSV file with a head, by column, and what is wrong with them.

    Parameters
    ----------
    file : InputFile
    name : str
        The field that names the file.
    """

    def __init__(self, file: InputFile, name: str) -> None:
        self.file, self.field = file, name
        self.findings: list[Finding] = []
        try:
            self.cells = pd.read_csv(
                io.BytesIO(file.content()),
                dtype=str,
                keep_default_na=False,
                comment="#",
                skipinitialspace=True,
                encoding="utf-8-sig",
                index_col=False,
            )
        except (ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
            self.findings.append(Finding(-1, "columns", f"no table ({short(str(error))}). Write a head, then rows."))
            self.cells = pd.DataFrame()
        self.cells.columns = [str(name).strip() for name in self.cells.columns]
        for row, column in zip(*np.nonzero(self.cells.isna().to_numpy()), strict=True):
            self.wrong(int(row), str(self.cells.columns[column]), "no cell", "Give each row all cells of the head")

    def __len__(self) -> int:
        return len(self.cells)

    def wrong(self, row: int, column: str, what: str, right: str) -> None:
        """Note what is wrong with a row (from 0; -1: the head)."""
        self.findings.append(Finding(row, column, f"{what}. {right}."))

    def check_columns(self, needed: Sequence[str], known: Sequence[str]) -> bool:
        """Return whether the columns that are needed are there; note those that are missing or unknown."""
        if len(self.findings) and not len(self.cells.columns):
            return False
        missing = [name for name in needed if name not in self.cells]
        for name in missing:
            self.wrong(-1, name, f"no such column ({short(','.join(self.cells.columns))})", f"Add a column {name}")
        for name in self.cells.columns:
            if name not in known:
                near = nearest(name, known)
                right = f"Write {near}" if near else f"Write one of {', '.join(known)}"
                self.wrong(-1, name, f"no such column ({name})", right)
        return not missing

    def text(self, column: str) -> np.ndarray:
        """Return a column as texts, stripped: object, shape (row,)."""
        if column not in self.cells:
            return np.full(len(self), "", object)
        return self.cells[column].fillna("").str.strip().to_numpy(object)

    def numbers(self, column: str, default: float = np.nan) -> np.ndarray:
        """Return a column as numbers, `default` where it is empty: float64, shape (row,)."""
        if column not in self.cells:
            return np.full(len(self), default)
        texts = self.cells[column].fillna("").str.strip()
        values = pd.to_numeric(texts, errors="coerce").to_numpy(float).copy()
        empty = (texts == "").to_numpy()
        for row in np.flatnonzero(~np.isfinite(values) & ~empty):
            self.wrong(int(row), column, f"not a finite number ({short(texts.iloc[row])})", "Write a number")
        values[~np.isfinite(values)] = default
        return values

    def found(self) -> list[Located]:
        """Return what is wrong, as the lines that a user reads."""
        return located(self.field, self.file, self.findings)

    def check(self, column: str, wrong: np.ndarray, values: np.ndarray, what: str, right: str) -> None:
        """Note the rows of a mask, shape (row,), each with its value."""
        for row in np.flatnonzero(wrong):
            value = values[row]
            said = value if isinstance(value, str) else f"{value:g}"
            self.wrong(int(row), column, f"{what} ({short(said)[:40]})" if what else said, right)


def on_grid(sheet: Sheet, column: str, times: np.ndarray, step: float, least: int) -> None:
    """Note times in ms, shape (row,), that are not whole steps, or fewer than `least` of them."""
    steps = times / step
    off = np.abs(steps - np.rint(steps)) > ON_GRID
    right = f"Write a multiple of schedule.step_ms = {step:g}"
    sheet.check(column, off & np.isfinite(times), times, "not on the grid", right)
    if least:
        short_ones = np.isfinite(times) & ~off & (np.rint(steps) < least)
        sheet.check(column, short_ones, times, "shorter than a step", right)
    else:
        sheet.check(column, np.isfinite(times) & ~off & (times < 0.0), times, "before the start", "Write 0 or more")


@dataclass
class Reader:
    """Network files, read one after the other.

    Attributes
    ----------
    step : float
        ms.
    problems : list of Located
    """

    step: float
    problems: list[Located] = field(default_factory=list)

    def nodes(self, file: InputFile | None, name: str, head: str, models: Mapping[str, Model], prefix: str) -> Nodes:
        """Return the nodes of a file, in the order of their numbers."""
        if file is None:
            return no_nodes()
        sheet = Sheet(file, name)
        columns = [one for model in models.values() for one in model.columns]
        known = [head, "model", "name", "population", "x", "y", *dict.fromkeys(columns)]
        nodes = self._nodes(sheet, head, models, prefix) if sheet.check_columns([head, "model"], known) else no_nodes()
        self.problems += sheet.found()
        return nodes

    def _nodes(self, sheet: Sheet, head: str, models: Mapping[str, Model], prefix: str) -> Nodes:
        label, model = sheet.text(head), sheet.text("model")
        bare = np.array([one.removeprefix(prefix) if prefix else one for one in label], object)
        _check_labels(sheet, head, bare)
        named = np.array([own_name(one) for one in model], object)
        for row in np.flatnonzero([one not in models for one in named]):
            choices = [*models, *(alias for alias, own in ALIASES.items() if own in models)]
            near = nearest(model[row], choices)
            right = f"Write {near}" if near else f"Write one of {', '.join(models)}"
            sheet.wrong(int(row), "model", f"no such model ({short(str(model[row]))})", right)
        values = {
            one: sheet.numbers(one)
            for one in dict.fromkeys(name for kind in models.values() for name in kind.columns)
            if one in sheet.cells
        }
        _check_values(sheet, named, models, values, self.step)
        order = np.argsort([int(one) if one.isdecimal() else -1 for one in bare], kind="stable")
        return Nodes(
            np.array([prefix + one for one in bare], object)[order],
            named[order],
            {one: given[order] for one, given in values.items()},
            sheet.text("name")[order],
            sheet.text("population")[order],
            sheet.numbers("x")[order],
            sheet.numbers("y")[order],
        )

    def network(self, files: Mapping[str, InputFile | None]) -> Network:
        """Return the network of all files, by the fields of the section ``network``."""
        neurons = self.nodes(files["neurons"], "network.neurons", "neuron", NEURONS, "")
        astrocytes = self.nodes(files["astrocytes"], "network.astrocytes", "astrocyte", ASTROCYTES, ASTROCYTE)
        numbers = Numbers(neurons, astrocytes)
        parts = [
            self.synapses(files["synapses"], numbers),
            *self.tripartite(files["tripartite"], numbers),
        ]
        return Network(neurons, astrocytes, joined(parts))

    def synapses(self, file: InputFile | None, numbers: Numbers) -> Connections:
        """Return the connections of a file of synapses."""
        if file is None:
            return joined([])
        sheet = Sheet(file, "network.synapses")
        made = joined([])
        needed = ["pre", "post", "weight", "delay_ms"]
        if sheet.check_columns(needed, [*needed, "model", *PLASTICITY]):
            pre, post = numbers.of(sheet, "pre"), numbers.of(sheet, "post")
            model, named = np.zeros(len(sheet), "i4"), sheet.text("model")
            for row in np.flatnonzero(named != ""):
                if own_name(named[row]) in SYNAPSES:
                    model[row] = SYNAPSES[own_name(named[row])]
                else:
                    right = f"Write one of {', '.join(SYNAPSES)}"
                    sheet.wrong(int(row), "model", f"no such model ({short(str(named[row]))})", right)
            made = connections(
                pre,
                post,
                _filled(sheet, "weight"),
                _filled(sheet, "delay_ms"),
                model,
                {one: sheet.numbers(one) for one in PLASTICITY if one in sheet.cells},
            )
            _check_connections(sheet, made, numbers, self.step)
        self.problems += sheet.found()
        return made

    def tripartite(self, file: InputFile | None, numbers: Numbers) -> list[Connections]:
        """Return both parts of each tripartite synapse: onto the astrocyte, and from it."""
        if file is None:
            return []
        sheet = Sheet(file, "network.tripartite")
        made: list[Connections] = []
        needed = ["pre", "astrocyte", "post", "weight_in", "weight_out", "delay_in_ms", "delay_out_ms"]
        if sheet.check_columns(needed, needed):
            pre, post = numbers.of(sheet, "pre"), numbers.of(sheet, "post")
            third = numbers.of(sheet, "astrocyte", ASTROCYTE)
            for column, ends in (("pre", pre), ("post", post)):
                sheet.check(column, ends >= numbers.first, sheet.text(column), "not a neuron", "Name a neuron")
            for column in ("delay_in_ms", "delay_out_ms"):
                on_grid(sheet, column, _filled(sheet, column), self.step, 1)
            made = [
                connections(pre, third, _filled(sheet, "weight_in"), _filled(sheet, "delay_in_ms")),
                connections(third, post, _filled(sheet, "weight_out"), _filled(sheet, "delay_out_ms")),
            ]
        self.problems += sheet.found()
        return made

    def trains(self, file: InputFile | None, network: Network) -> Trains:
        """Return the spikes of a file, sorted by time."""
        if file is None:
            return Trains()
        sheet, made = Sheet(file, "input.spikes"), Trains()
        needed = ["target", "time_ms", "weight", "delay_ms"]
        if sheet.check_columns(needed, needed):
            time, delay = _filled(sheet, "time_ms"), _filled(sheet, "delay_ms")
            on_grid(sheet, "time_ms", time, self.step, 0)
            on_grid(sheet, "delay_ms", delay, self.step, 1)
            late = np.flatnonzero(np.diff(time) < 0.0)
            for row in late:
                before = f"({time[row + 1]:g} ms after {time[row]:g} ms)"
                sheet.wrong(int(row) + 1, "time_ms", f"times not sorted {before}", "Sort the rows by time_ms")
            numbers = Numbers(network.neurons, network.astrocytes)
            made = Trains(numbers.of(sheet, "target"), time, _filled(sheet, "weight"), delay)
        self.problems += sheet.found()
        return made


class Numbers:
    """Node numbers by label or name: neurons first, then astrocytes."""

    def __init__(self, neurons: Nodes, astrocytes: Nodes) -> None:
        self.first = len(neurons)
        self.known: dict[str, int] = {}
        for shift, nodes in ((0, neurons), (self.first, astrocytes)):
            names = nodes.name if len(nodes.name) else np.full(len(nodes), "", object)
            for number, (label, name) in enumerate(zip(nodes.label, names, strict=True)):
                if name:
                    self.known.setdefault(name, shift + number)
                self.known[label] = shift + number

    def of(self, sheet: Sheet, column: str, prefix: str = "") -> np.ndarray:
        """Return numbers of the nodes that a column names: int64, shape (row,); 0 where there is no such node."""
        texts = pd.Series(sheet.text(column))
        if prefix:
            texts = prefix + texts.str.removeprefix(prefix)
        found = texts.map(self.known)
        for row in np.flatnonzero(found.isna()):
            right = f"Write a number or a name of a neuron, or {ASTROCYTE}NUMBER of an astrocyte"
            sheet.wrong(int(row), column, f"no such node ({short(str(sheet.text(column)[row]))})", right)
        return found.fillna(0).to_numpy("i8")


def _filled(sheet: Sheet, column: str) -> np.ndarray:
    values = sheet.numbers(column)
    empty = (sheet.text(column) == "") & np.isnan(values)
    sheet.check(column, empty, np.full(len(sheet), "empty", object), "", "Write a number")
    return values


def _check_labels(sheet: Sheet, head: str, label: np.ndarray) -> None:
    twice = pd.Series(label).duplicated().to_numpy()
    sheet.check(head, twice, label, "listed twice", "Give each node a number of its own")
    wrong = np.array([not str(one).isdecimal() for one in label], bool)
    sheet.check(head, wrong, label, "not a number", "Write a whole number from 0")


def _check_values(
    sheet: Sheet, model: np.ndarray, models: Mapping[str, Model], values: Mapping[str, np.ndarray], step: float
) -> None:
    """Note parameters out of range, those of other models, and those that do not fit each other."""
    for one, given in values.items():
        owners = [name for name, kind in models.items() if one in kind.columns]
        foreign = np.isfinite(given) & np.isin(model, list(models)) & ~np.isin(model, owners)
        for row in np.flatnonzero(foreign):
            sheet.wrong(int(row), one, f"{model[row]} has no such parameter ({given[row]:g})", "Leave it empty")
        for name in owners:
            parameter = models[name].columns[one]
            for row in np.flatnonzero((model == name) & np.isfinite(given)):
                if problem := parameter.problem(float(given[row])):
                    what, _, right = problem.partition(". ")
                    sheet.wrong(int(row), one, f"out of range ({what})", right)
    if sheet.findings:
        return
    for name, kind in models.items():
        rows = np.flatnonzero(model == name)
        own = kind.defaults(len(rows))
        for one, numbers in own.items():
            if one in values:
                given = values[one][rows]
                own[one] = np.where(np.isnan(given), numbers, given)
        for place, text in kind.remarks(own, step).items():
            what, _, right = text.rpartition(". ")
            sheet.wrong(int(rows[place]), "model", what, right)


def _check_connections(sheet: Sheet, made: Connections, numbers: Numbers, step: float) -> None:
    on_grid(sheet, "delay_ms", made.delay, step, 1)
    both = (made.pre >= numbers.first) & (made.post >= numbers.first)
    right = "Couple astrocytes by [gap_junctions]"
    sheet.check("post", both, sheet.text("post"), "an astrocyte onto an astrocyte", right)
    plastic = (made.pre >= numbers.first) & (made.model > 0)
    sheet.check("model", plastic, sheet.text("model"), "a slow inward current has no such model", "Leave it empty")
    for name, given in made.plasticity.items():
        for row in np.flatnonzero(np.isfinite(given)):
            if problem := PLASTICITY[name].problem(float(given[row])):
                what, _, remedy = problem.partition(". ")
                sheet.wrong(int(row), name, f"out of range ({what})", remedy)
            elif made.model[row] == 0:
                sheet.wrong(int(row), name, f"a static synapse has no {name} ({given[row]:g})", "Leave it empty")
    equal = made.plasticity.get("tau_rec", np.full(len(made), 800.0)) == made.plasticity.get(
        "tau_psc", np.full(len(made), 3.0)
    )
    sheet.check("tau_psc", equal & (made.model > 0), made.weight, "equal to tau_rec", "Write another time constant")


def idle_astrocytes(network: Network) -> list[str]:
    """Return labels of astrocytes that no synapse and no current reaches or leaves."""
    first = len(network.neurons)
    used = np.zeros(len(network.astrocytes), bool)
    for ends in (network.connections.pre, network.connections.post):
        used[ends[ends >= first] - first] = True
    used[network.coupling.pairs.reshape(-1)] = True
    return [str(one) for one in network.astrocytes.label[~used]]


def read_network(files: Mapping[str, InputFile | None], step: float) -> tuple[Network, list[Located]]:
    """Return the network of some files, and all that is wrong with them."""
    reader = Reader(step)
    return reader.network(files), reader.problems


def read_trains(file: InputFile | None, network: Network, step: float) -> tuple[Trains, list[Any]]:
    """Return the spike trains of a file, and all that is wrong with it."""
    reader = Reader(step)
    return reader.trains(file, network), reader.problems


def network_from_files(
    neurons: Any = None, astrocytes: Any = None, synapses: Any = None, tripartite: Any = None, *, step_ms: float = 0.1
) -> Network:
    """Return the network of CSV files.

    Parameters
    ----------
    neurons, astrocytes, synapses, tripartite : str or Path, optional
        As a scenario names them in its section ``network``.
    step_ms : float
        Of the grid: delays are whole steps of it.

    Raises
    ------
    ScenarioError
        With all that is wrong with the files.
    """
    places = {"neurons": neurons, "astrocytes": astrocytes, "synapses": synapses, "tripartite": tripartite}
    try:
        files = {name: None if place is None else InputFile.of(os.fspath(place)) for name, place in places.items()}
    except ValueError as error:
        raise ScenarioError([str(error)]) from None
    network, problems = read_network(files, step_ms)
    if problems:
        raise ScenarioError([problem.text for problem in problems])
    return network
