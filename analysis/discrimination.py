# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Discrimination: what does a trained network tell apart?
#
# **Question.** Eight patterns go in, accuracy comes out as one number. Which patterns are right, which pairs of patterns
# get different outputs at all, and how much of it is what the wiring allows?
#
# **Claim of the report** (Murray 2026, sections 5 to 7). Astrocytes reach .6675 and a wandering cursor .6475 where an
# untrained network has .500; the number of distinct output vectors is the most useful single diagnostic; the silent
# pattern P1 cannot be learned without a bias.
#
# **To run it.** `make dev`, then `make notebooks NAMES=discrimination`. Seeds are the report's ten, named before the run.

# %%
import numpy as np
from common import compared, opened, show, table

from astrosim import plot
from astrosim.plot.select import condition_names
from astrosim.plot.style import SEQUENTIAL, colours, count_axis, new_figure
from astrosim.report.tables import published_rows
from astrosim.stats import mean_band, mean_interval

# %% [markdown]
# ## The runs
#
# The report's program, replayed to the last count (`published/exp021`), and the system as the report's text describes
# it: cursor, astrocytes that sense firing (baseline), astrocytes that sense traffic and explore by maturity, and an
# untrained control; 5,000 episodes of 10 trials each.

# %%
MATURITY = 'conditions.maturity = { sensing = { rule = "traffic" }, exploration = { rule = "maturity" } }'
runs = {
    "published": opened("discrimination_published", "published/exp021"),
    "described": opened("discrimination_described", "cursor", [MATURITY]),
}
for system, (_, summary) in runs.items():
    print(f"{system}, seeds {', '.join(map(str, summary.scenario.seeds))}")
    table(summary)
    for row in published_rows(summary):
        print(f"  {row.condition}, {row.figure}: published {row.published}, measured {row.measured}: {row.verdict}")
    print()

# %% [markdown]
# The replay must give the published means to the last bit. The described system has other wirings from the same seeds;
# its own figures are golden: right bits of 400 (ten seeds, eight patterns, five bits).

# %%
RIGHT_BITS = {
    "published": {"baseline": 267, "cursor": 259, "control": 200},
    "described": {"baseline": 259, "cursor": 264, "maturity": 260, "control": 200},
}
for system, (_, summary) in runs.items():
    for condition, right in RIGHT_BITS[system].items():
        assert round(400 * summary.column(condition, "mean_accuracy").mean(), 6) == right, (system, condition)

# %%
for system, (_, summary) in runs.items():
    names = list(RIGHT_BITS[system])
    published = {name: figures["accuracy"] for name, figures in summary.scenario.reference.items()}
    accuracy, ceilings = ({name: summary.column(name, column) for name in names} for column in ("mean_accuracy", "ceiling"))
    show(plot.accuracy_by_condition(accuracy, ceilings, published), f"discrimination_{system}_accuracy")

# %% [markdown]
# Upper figure: the replay, lower: the described system. Every astrocyte condition and the cursor end just below the
# ceiling of their wirings.
#
# ## Pattern by pattern

# %%
for system, (dataset, summary) in runs.items():
    show(plot.pattern_map(dataset, summary.scenario), f"discrimination_{system}_patterns")

# %%
print(f"{'patterns with all five bits right, seeds of ten':52}" + "".join(f"{f'P{i}':>5}" for i in range(1, 9)))
learned = {}
for system, (dataset, summary) in runs.items():
    for name in condition_names(dataset):
        last = dataset["pattern_accuracy"].sel(condition=name).isel(episode=-1).values
        learned[system, name] = (last == 1).sum(axis=0)
        print(f"{system + ' / ' + name:52}" + "".join(f"{count:5}" for count in learned[system, name]))
        silent = dataset["output"].sel(condition=name).isel(episode=-1, pattern=0).values
        assert not silent.any()
        assert np.all(last[:, 0] == 0.4)

# %% [markdown]
# P1 (input 00000) gives 00000 in every network, trained or not, in both systems: without a bias no sum can pass the
# threshold, so it is right in the two bits whose target is 0.

# %%
LEARNED = {
    ("published", "baseline"): [],
}
rows = {}
for system, (_, summary) in runs.items():
    for name in RIGHT_BITS[system]:
        rows[system, name] = mean_interval(summary.column(name, "learned_patterns"))
        print(f"{system} / {name}: {rows[system, name].mean:.2f} patterns of 8 ({rows[system, name].low:.2f} to {rows[system, name].high:.2f})")

# %% [markdown]
# ## Pairs: what is told apart
#
# A constant output is easy to see here: every target bit is 1 in four of eight patterns, so *any* constant vector
# scores exactly .500. Distinct outputs ask for more than accuracy does: how many of the 28 pairs of patterns get
# different outputs, right or wrong?


# %%
def told_apart(output: np.ndarray) -> np.ndarray:
    """Share of seeds in which two patterns get different outputs, (pattern, pattern); output is (seed, pattern, bit)."""
    return (output[:, :, None] != output[:, None]).any(axis=-1).mean(axis=0)


pairs = {
    (system, name): told_apart(dataset["output"].sel(condition=name).isel(episode=-1).values)
    for system, (dataset, _) in runs.items()
    for name in condition_names(dataset)
}
figure = new_figure(4.2)
grid = figure.subplots(2, 4, sharex=True, sharey=True)
grid[0, 3].set_axis_off()
for axes, ((system, name), share) in zip([*grid[0, :3], *grid[1]], pairs.items(), strict=True):
    image = axes.imshow(share, cmap=SEQUENTIAL, vmin=0, vmax=1)
    axes.set_title(f"{system}, {name}")
    axes.set_xticks(range(8), [f"P{i}" for i in range(1, 9)], size=6.5)
    axes.set_yticks(range(8), [f"P{i}" for i in range(1, 9)], size=6.5)
figure.colorbar(image, ax=grid, label="seeds with different outputs", shrink=0.8)
show(figure, "discrimination_pairs")

# %%
upper = np.triu_indices(8, 1)
for (system, name), share in pairs.items():
    order = np.argsort(share[upper], kind="stable")
    hardest = ", ".join(f"P{upper[0][k] + 1}-P{upper[1][k] + 1} {share[upper][k]:.1f}" for k in order[:3])
    print(f"{system} / {name}: {28 * share[upper].mean():.1f} of 28 pairs; hardest: {hardest}")

# %% [markdown]
# ## When does it happen?

# %%
figure = new_figure(2.4)
for axes, (system, (dataset, _)) in zip(figure.subplots(1, 2, sharey=True), runs.items(), strict=True):
    for name, (colour, line) in colours(condition_names(dataset)).items():
        mean, low, high = mean_band(dataset["distinct_outputs"].sel(condition=name).values.astype(float))
        axes.fill_between(dataset["episode"], low, high, color=colour, alpha=0.14, linewidth=0)
        axes.plot(dataset["episode"], mean, color=colour, linestyle=line, label=name)
    axes.set_title(system)
    axes.set_xlabel("episode")
    count_axis(axes)
    axes.set_ylim(0, 8.2)
axes.figure.axes[0].set_ylabel("distinct outputs")
handles = {label: handle for axes in figure.axes for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=4)
show(figure, "discrimination_distinct")

# %% [markdown]
# ## Do the conditions differ?

# %%
for system, (_, summary) in runs.items():
    print(system)
    compared(summary, [("baseline", "cursor"), ("baseline", "control")])
