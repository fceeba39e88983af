"""The tables of the benchmarks: microseconds per trial, ratios, bytes per synapse, seconds to start."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.table import Table

Rows = list[dict[str, Any]]


def _table(title: str, caption: str, columns: str, texts: int) -> Table:
    """An empty table whose first columns are texts and the others numbers."""
    table = Table(title=title, caption=caption, title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns.split(", ")):
        table.add_column(column, justify="left" if number < texts else "right", no_wrap=True)
    return table


def _number(value: float | None, form: str = ".2f") -> str:
    return "-" if value is None else format(value, form)


def _against(seconds: float, goal: float | None, scale: float, form: str) -> str:
    """A goal and whether the median meets it."""
    if goal is None:
        return "-"
    return f"{format(goal * scale, form)} {'met' if seconds <= goal else 'MISSED'}"


def trials(rows: Rows) -> Table:
    """Time a trial on the network of the paper's size."""
    table = _table(
        "Time a trial (us), network of the paper's size, one core",
        "Blocks of all rows are taken in turns. `x agents`: against the agents engine, same condition. `x quoted`: "
        "against 190 us of the authors' own program on a 2-core server, quoted and not measured here.",
        "engine, condition, synapses, eligible, fastest, median, trials/s, x agents, x quoted, goal",
        texts=2,
    )
    for row in rows:
        table.add_row(
            row["engine"],
            row["condition"],
            str(row["synapses"]),
            _number(row["eligible"], ".0f"),
            _number(row["fastest_s"] * 1e6),
            _number(row["median_s"] * 1e6),
            _number(row["trials_per_s"], ",.0f"),
            _number(row["times_agents"], ".1f"),
            _number(row["times_quoted"], ".1f"),
            _against(row["median_s"], row["goal_s"], 1e6, ".1f"),
        )
    return table


def neurons(rows: Rows) -> Table:
    """Time an episode of neurons that learn by rules of their own."""
    table = _table(
        "Time an episode (us) of neurons that learn by rules of their own, one core",
        "Blocks of all rows are taken in turns. `x quoted`: against 700 us of the authors' own program, not measured "
        "here.",
        "engine, condition, synapses, fastest, median, x quoted, goal",
        texts=2,
    )
    for row in rows:
        times = (_number(row[key] * 1e6, ".1f") for key in ("fastest_s", "median_s"))
        goal = _against(row["median_s"], row["goal_s"], 1e6, ".0f")
        quoted = _number(row["times_quoted"], ".1f")
        table.add_row(row["engine"], row["condition"], str(row["synapses"]), *times, quoted, goal)
    return table


def events(rows: Rows) -> Table:
    """Time an event, and a coupled trial."""
    table = _table(
        "Time an event (us), an event every 20 trials, kernel, network of the paper's size",
        "`without`, `with`: us per trial. An event acts between two trials and cuts the kernel's stretch.",
        "what, without, with, ratio, an event, goal",
        texts=1,
    )
    for row in rows:
        event = row["event_s"]
        table.add_row(
            row["what"],
            _number(row["without_s"] * 1e6),
            _number(row["with_s"] * 1e6),
            _number(row["ratio"]),
            _number(None if event is None else event * 1e6, ".1f"),
            "-" if event is None else _against(event, row["goal_s"], 1e6, ".0f"),
        )
    return table


def sizes(rows: Rows) -> Table:
    """Time a trial, building time and memory against size."""
    table = _table(
        "Time a trial (us) against size, kernel; territories and synapses per neuron as in the paper",
        "`x smallest`: median against the smallest network. `build`: s. `arrays`, `process`: bytes per synapse of all "
        "arrays of the replicate, and by which the process grew (with small networks it takes from its reserve).",
        "condition, synapses, neurons, eligible, fastest, median, x smallest, build, arrays, process",
        texts=1,
    )
    for row in rows:
        resident = row["resident_bytes"]
        table.add_row(
            row["condition"],
            f"{row['synapses']:,}",
            f"{row['neurons']:,}",
            _number(row["eligible"], ".0f"),
            _number(row["fastest_s"] * 1e6),
            _number(row["median_s"] * 1e6),
            _number(row["times_smallest"]),
            _number(row["build_s"], ".3f"),
            _number(row["array_bytes"] / row["synapses"], ".0f"),
            _number(None if resident is None else resident / row["synapses"], ".0f"),
        )
    return table


def deep(rows: Rows) -> Table:
    """Time a trial of networks past the report's ceiling."""
    table = _table(
        "Time a trial (us) of networks past the report's ceiling, all eight patterns per trial",
        "`x first`: median against the first row.",
        "scenario, condition, neurons, synapses, fastest, median, trials/s, x first",
        texts=2,
    )
    for row in rows:
        table.add_row(
            row["scenario"],
            row["condition"],
            f"{row['neurons']:,}",
            f"{row['synapses']:,}",
            _number(row["fastest_s"] * 1e6),
            _number(row["median_s"] * 1e6),
            f"{row['trials_per_s']:,.0f}",
            _number(row["times_first"]),
        )
    return table


def waves(rows: Rows) -> Table:
    """Time an update of wave networks."""
    table = _table(
        "Time a replicate (us), batches of 128 images, one core",
        "`kernel`: forward, loss and back; `update`: with gathering the batch and Adam. `x torch`: against one "
        "replicate in torch. `x quoted`: against 31.2 ms of the published loop, quoted and not measured here.",
        "network, what, replicates, fastest, median, x torch, x quoted, goal",
        texts=2,
    )
    for row in rows:
        table.add_row(
            row["network"],
            row["what"],
            str(row["replicates"]),
            _number(row["fastest_s"] * 1e6, ".1f"),
            _number(row["median_s"] * 1e6, ".1f"),
            _number(row["times_torch"], ".1f"),
            _number(row["times_quoted"], ",.0f"),
            _against(row["median_s"], row["goal_s"], 1e6, ",.0f"),
        )
    return table


def fields(rows: Rows) -> Table:
    """Time a trial on receptive fields."""
    table = _table(
        "Time a trial on receptive fields of 7 x 7 pixels, ten classes, one core",
        "`us`: a trial on a batch of that many images; `ns per image`: median time of a trial over them.",
        "learner, images, fastest us, median us, trials/s, ns per image, target",
        texts=1,
    )
    for row in rows:
        table.add_row(
            row["case"],
            f"{row['images']:,}",
            _number(row["fastest_s"] * 1e6, ".1f"),
            _number(row["median_s"] * 1e6, ".1f"),
            _number(1 / row["median_s"], ",.0f"),
            _number(row["image_s"] * 1e9, ".1f"),
            _against(row["image_s"], row["target_s"], 1e9, ".0f"),
        )
    return table


def spiking(rows: Rows) -> Table:
    """Spiking networks, beside NEST and Brian2 where they are installed."""
    table = _table(
        "Spiking networks: processor time, one core, step 0.1 ms",
        "NEST and Brian2 (extra `reference`) in processes of their own, the same run; `-`: not installed or not made.",
        "case, us, NEST, Brian2, x NEST, goal",
        texts=1,
    )
    for row in rows:
        micro = [None if row[name] is None else row[name] * 1e6 for name in ("seconds", "nest_s", "brian2_s")]
        times, goal = row["times_nest"], row["target"]
        met = "" if times is None or goal is None else " met" if times >= goal else " MISSED"
        table.add_row(
            f"{row['case']}\n  per {row['per']}: {row['note']}".replace("; ", "\n  "),
            _number(micro[0], ",.3f" if micro[0] < 1.0 else ",.2f" if micro[0] < 1000.0 else ",.0f"),
            *(_number(one, ",.0f") for one in micro[1:]),
            _number(times, ",.1f"),
            "-" if goal is None else f"{goal:,.0f}{met}",
        )
    return table


def view(rows: Rows) -> Table:
    """The live view."""
    table = _table(
        "Live view in a headless Chromium, 1280 x 800, drawn without a GPU",
        "The browser runs before the command starts." if rows else "Not measured: ASTROSIM_CHROMIUM names no browser.",
        "what, synapses, best, median, goal",
        texts=1,
    )
    for row in rows:
        goal = "-" if row["goal"] is None else f"{row['goal']:.0f} {'met' if row['met'] else 'MISSED'}"
        synapses = "-" if row["synapses"] is None else f"{row['synapses']:,}"
        table.add_row(row["what"], synapses, _number(row["best"], ",.1f"), _number(row["typical"], ",.1f"), goal)
    return table


def peers(rows: Rows) -> Table:
    """Accuracy after equal processor seconds."""
    table = _table(
        "Images learned from rewards alone: test accuracy after equal processor seconds of one core",
        "Each method tried the same number of settings on another seed, chosen by validation accuracy; one run each.",
        "data, method, settings, seconds, after 1/8, 1/4, 1/2, all",
        texts=2,
    )
    for row in rows:
        last = len(row["curve"])
        reached = [row["curve"][max(1, last * part // 8) - 1][2] for part in (1, 2, 4, 8)]
        table.add_row(
            row["data"],
            row["method"],
            str(row["tried"]),
            _number(row["curve"][-1][0], ".1f"),
            *(_number(accuracy, ".4f") for accuracy in reached),
        )
    return table


def startup(rows: Rows) -> Table:
    """Seconds to start."""
    table = _table(
        "Start-up (s)",
        "A checkpoint needs at least one episode. `first trial`: building the replicate included, imports left out.",
        "what, fastest, median, goal",
        texts=1,
    )
    for row in rows:
        goal = _against(row["median_s"], row["goal_s"], 1.0, ".1f")
        table.add_row(row["what"], _number(row["fastest_s"], ".3f"), _number(row["median_s"], ".3f"), goal)
    return table


def first_use(rows: Rows) -> Table:
    """Seconds of a feature's first use."""
    table = _table(
        "First use (s)",
        "From the command to its end: with an empty cache (wall clock, and processor), and the second time.",
        "what, first, processor, second, goal",
        texts=1,
    )
    for row in rows:
        goal = _against(row["first_s"], row["goal_s"], 1.0, ".0f")
        times = (_number(row[name], ".1f") for name in ("first_s", "first_cpu_s", "second_s"))
        table.add_row(row["what"], *times, goal)
    return table


def sweep(rows: Rows) -> Table:
    """A sweep beside the bare kernel."""
    table = _table(
        "A sweep of twelve settings over two workers, 200 episodes of the main scenario per cell",
        "`of kernel`: cells per second against the kernel alone in as many processes (goal: at least .9); overhead: "
        "time of a worker per cell beyond the kernel's (goal: 5 ms); memory of all processes, MB, up to half and in "
        "all; first: seconds from the start to the first cell (goal: 5).",
        "cells, s, cells/s, kernel, of kernel, overhead ms, files, cells per file, MB, at half, first s",
        texts=0,
    )
    for row in rows:
        table.add_row(
            f"{row['cells']:,}",
            _number(row["wall_s"], ".1f"),
            _number(row["cells_per_s"], ".0f"),
            _number(row["kernel_cells_per_s"], ".0f"),
            _number(row["throughput"]),
            _number(row["overhead_s"] * 1e3, ".1f"),
            f"{row['files']:,}",
            _number(row["cells"] / row["files"], ".1f"),
            _number(row["memory"] / 2**20, ".0f"),
            _number(row["memory_half"] / 2**20, ".0f"),
            _number(row["first_s"], ".1f"),
        )
    return table
