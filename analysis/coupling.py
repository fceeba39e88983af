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
# # Coupling: do astrocytes that share gap junctions learn better?
#
# **Question.** An active astrocyte sends a calcium wave over its gap junctions; calcium recruits those that it reaches.
# Does that help the network to learn? What happens when the gap junctions are cut?
#
# **Claim.** The report (Murray 2026) cites Hösli et al. (2022): without astrocytes' coupling mice do not learn where
# things are. Its own astrocytes are uncoupled, so no figures are published for this experiment.
#
# **To run it.** `make notebooks NAMES=coupling`. Seeds 1000 to 1039, the first forty of the scenario's
# hundred, named before the run.

# %%
import math

import networkx as nx
import numpy as np
from common import compared, opened, show, table
from matplotlib.figure import Figure

from astrosim import AstroModel, Scenario, plot, resolve
from astrosim.plot.style import PALETTE, colours, new_figure, styled
from astrosim.report.tables import interval_text
from astrosim.statistics import mean_interval
from astrosim.systems.threshold.figures.select import condition_names

# %% [markdown]
# ## One wave, and its closed form
#
# 25 astrocytes in a quiet cluster: nobody reaches the threshold, nobody explores. Astrocyte 0 sends one wave by hand,
# everyone sends it on once. On a graph whose edges join neighbours on a line, a ring and a grid, it must arrive after
# the sum of the edges' lengths over the speed, each rounded up to whole trials, with amplitude exp(-way / length).

# %%
SPEED, LENGTH = 0.4, 8.0  # units per trial, units
LATTICE = 5
RIM = [0, 1, 2, 3, 4, 9, 14, 19, 24, 23, 22, 21, 20, 15, 10, 5]
GRAPHS = {
    "line": [[n, n + 1] for n in range(LATTICE - 1)],
    "ring": [[a, b] for a, b in zip(RIM, [*RIM[1:], RIM[0]], strict=True)],
    "grid": [[n, n + 1] for n in range(25) if n % LATTICE < LATTICE - 1] + [[n, n + LATTICE] for n in range(20)],
}


def quiet(edges: list[list[int]]) -> AstroModel:
    """A model in which only waves that are sent by hand run."""
    return AstroModel(
        Scenario.model_validate(
            {
                "network": {"clusters": 1},
                "astrocytes": {"per_cluster": LATTICE**2, "threshold": 100.0},
                "exploration": {"rule": "none"},
                "adaptation": {"ceiling": 100.0, "interval": 10**9},
                "coupling": {
                    "graph": "edges",
                    "edges": edges,
                    "speed": SPEED,
                    "length": LENGTH,
                    "relay": True,
                    "relay_threshold": 0.0,
                    "refractory": 10**9,
                },
            }
        ),
        seed=3,
    )


def first_arrivals(model: AstroModel, trials: int) -> dict[int, tuple[int, float]]:
    """Trial and amount of the first calcium of every astrocyte that a wave from astrocyte 0 reaches."""
    model.astrocytes[0].send(trial=0)
    found: dict[int, tuple[int, float]] = {}
    for trial in range(trials):
        model.run_for(1)
        for astrocyte in model.astrocytes[1:]:
            if astrocyte.calcium > 0.0:
                found.setdefault(astrocyte.index, (trial, astrocyte.calcium))
    return found


def quickest(model: AstroModel) -> dict[int, tuple[int, float]]:
    """Trials and length (units) of the quickest way from astrocyte 0 to each, over the gap junctions."""
    graph = model.gap_junctions.to_networkx()
    for _, _, edge in graph.edges(data=True):
        edge["trials"] = math.ceil(edge["distance"] / SPEED)
    ways = nx.single_source_dijkstra_path(graph, 0, weight="trials")
    return {
        end: (nx.path_weight(graph, way, "trials"), nx.path_weight(graph, way, "distance"))
        for end, way in ways.items()
        if end
    }


arrived, expected = {}, {}
for name, edges in GRAPHS.items():
    expected[name] = quickest(quiet(edges))
    arrived[name] = first_arrivals(quiet(edges), 1 + max(trials for trials, _ in expected[name].values()))
    assert {a: trial for a, (trial, _) in arrived[name].items()} == {a: t for a, (t, _) in expected[name].items()}
for name in ("line", "ring"):
    for a, (_, way) in expected[name].items():
        ways = 2 if (name, a) == ("ring", 24) else 1  # opposite on the ring: both ways round are as long
        assert math.isclose(arrived[name][a][1], ways * math.exp(-way / LENGTH), abs_tol=1e-8)


# %%
@styled
def draw_arrivals() -> Figure:
    """First arrivals against the length of the way, and their amplitudes."""
    figure = new_figure(2.7)
    when, how_much = figure.subplots(1, 2)
    for (name, marker), colour in zip({"grid": "s", "ring": "o", "line": "x"}.items(), PALETTE, strict=False):
        ways = [way for _, way in expected[name].values()]
        look = {"marker": marker, "linestyle": "", "color": colour, "fillstyle": "none", "markersize": 5}
        when.plot(ways, [arrived[name][a][0] for a in expected[name]], label=name, **look)
        how_much.plot(ways, [arrived[name][a][1] for a in expected[name]], **look)
    far = np.linspace(0.0, max(way for _, way in expected["ring"].values()))
    when.plot(far, far / SPEED, color="black", linewidth=0.8, label="way / speed")
    how_much.plot(far, np.exp(-far / LENGTH), color="black", linewidth=0.8, label="exp(-way / length)")
    when.set(xlabel="way over gap junctions (units)", title="a   first arrival (trial)")
    how_much.set(xlabel="way over gap junctions (units)", title="b   its amount", ylim=(0, None))
    when.legend()
    how_much.legend()
    return figure


show(draw_arrivals(), "coupling_waves")

# %% [markdown]
# Each mark is an astrocyte. Arrivals lie on the line or just above it, as every edge is rounded up to whole trials. On
# the grid several ways of one length bring several waves at once, whose amplitudes add up.
#
# ## The run
#
# The scenario `uncoupled` with forty seeds: without gap junctions; with weak ones within a cluster, with relays, and
# between clusters; with strong ones; with strong ones that are cut halfway.

# %%
dataset, summary = opened("coupling", "uncoupled", ['seeds = "1000:40"'])
names = condition_names(dataset)
EVENTS = plot.read_events(dataset, {name: resolve(summary.scenario, name) for name in names})
table(summary)

# %%
RIGHT_BITS = {  # of 1,600, in the last probe: golden
    "uncoupled": 1043,
    "weak": 1036,
    "weak_relayed": 1038,
    "between_clusters": 1029,
    "strong": 926,
    "strong_cut_halfway": 1045,
}
for name, right in RIGHT_BITS.items():
    assert round(1600 * summary.column(name, "mean_accuracy").mean()) == right
    assert summary.column(name, "constant_output").sum() == (19 if name == "strong" else 0)
show(plot.learning_curves(dataset, {"uncoupled": summary.column("uncoupled", "ceiling").mean()}, EVENTS), "coupling")
show(plot.calcium_curves(dataset, EVENTS), "coupling_calcium")

# %% [markdown]
# Above: accuracy, rewards and accept rate (means over forty seeds with 95 % bands). Below: calcium, and the
# share of activations by a score that calcium alone brought above threshold.
#
# ## Does it help?

# %%
against = dict(zip(names[1:], compared(summary, [(name, "uncoupled") for name in names[1:]]), strict=True))
for name in ("weak", "weak_relayed", "strong_cut_halfway"):
    assert against[name].difference.holds(0.0)
assert against["strong"].difference.high < -0.04
assert against["strong"].p_holm < 0.01
same = dataset["accept_rate"].sel(episode=slice(0, 999))
assert (
    same.sel(condition="strong_cut_halfway")
    .drop_vars("condition")
    .equals(same.sel(condition="strong").drop_vars("condition"))
)

# %% [markdown]
# ## Who is active
#
# The share of all activations that fall to the astrocytes of cluster 1, which holds no output of the task, seed by
# seed.

# %%
activations = dataset["activations"].isel(episode=-1)
cluster = dataset["astrocyte_cluster"]
idle_share = (activations.where(cluster == 1, 0).sum("astrocyte") / activations.sum("astrocyte")).transpose(
    "condition", "seed"
)


@styled
def draw_shares() -> Figure:
    """One dot per seed: the share of cluster 1, and the accuracy that goes with it."""
    figure = new_figure(3.0)
    axes = figure.subplots()
    marks = colours(names)
    for name in names:
        axes.plot(
            idle_share.sel(condition=name),
            summary.column(name, "mean_accuracy"),
            "o",
            color=marks[name][0],
            fillstyle="none",
            markersize=4,
            label=name,
        )
    axes.set(xlabel="share of the activations in the cluster without outputs", ylabel="final accuracy")
    figure.legend(loc="outside upper center", ncols=6)
    return figure


show(draw_shares(), "coupling_shares")
share = idle_share.sel(condition="strong").values
lost = share > 0.9
rest = float(idle_share.sel(condition=["weak", "weak_relayed", "between_clusters"]).max())
there = mean_interval(summary.column("strong", "mean_accuracy")[lost])
elsewhere = mean_interval(summary.column("strong", "mean_accuracy")[~lost])
print(f"strong: {lost.sum()} of 40 networks have more than .9 of their activations in cluster 1: ", end="")
print(f"accuracy {there.mean:.4f}, all others {elsewhere.mean:.4f} ({interval_text(elsewhere)})")
print(f"weak: at most {rest:.3f} of the activations of any network")
assert lost.sum() == 20
assert (share[~lost] < 0.01).all()
assert rest < 0.03
assert there.mean < 0.51
assert elsewhere.low > 0.62

# %% [markdown]
# ## Reading
#
# **Waves** do what the equations say: arrival times are equal to the trial, amplitudes to the grid of 2^-32. **Weak
# coupling does not help.** Calcium recruits, and quickly draws nearly all activity into the cluster with the outputs,
# where changes are kept more often (accept rate .40 against .33); but accuracy is the same: -.004 (-.012 to .003) with
# weak gap junctions, -.003 (-.010 to .004) with relays; between clusters the difference of -.009 (-.016 to -.002) does
# not survive the correction for five comparisons (p = .08). The network is near its ceiling: there is little to gain.
# **Strong coupling harms**: -.073 (-.100 to -.048). Neighbours keep each other above threshold for ever, so that the
# cluster that is active first stays so. In 20 of 40 networks that is the cluster without outputs, whose synapses hardly
# reach an answer: these end at .501, 19 of them with one constant output, while the other 20 learn as usual (.656).
# **Cutting** the gap junctions frees them: from then on they learn, and end at .653 as the uncoupled (+.001, -.005 to
# .007). So in this model disrupted coupling does no harm, against what Hösli et al. find in mice; what coupling is good
# for in the animal (supply, potassium, slow memory, tasks larger than one cluster) is not in the model.
