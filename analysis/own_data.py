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
# # Your own data
#
# A table with rows and a column to be learned. Astrocytes own the hidden units of a network, perturb their synapses,
# and hear one number per trial: whether the rows of a batch became more likely (classes), or the squared error fell
# (numbers). First inside scikit-learn, then as a run with records, a report and baselines beside it.
#
# To run it: `make dev`, then `python analysis/own_data.py` in the environment; figures go to `figures/` beside the
# runs.

# %%
import numpy as np
from common import made, show
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

from astrosim import load_trained, open_run, plot
from astrosim.sklearn import AstrocyteClassifier
from astrosim.systems.arrays.show.sources import remarked
from astrosim.systems.arrays.show.summary import ArraySummary

# %% [markdown]
# ## Five lines
#
# The test rows are held back by `train_test_split`; the estimator holds back some of its own to choose the best
# record.

# %%
X, X_test, y, y_test = train_test_split(*load_wine(return_X_y=True), random_state=0)
model = AstrocyteClassifier(trials=20_000, random_state=0).fit(X, y)
score = model.score(X_test, y_test)
print(
    f"test accuracy {score:.3f} on {len(y_test)} rows; {model.accept_rate_:.1%} of {model.n_trials_:,} proposals kept"
)
assert score > 0.9
again = AstrocyteClassifier(trials=20_000, random_state=0).fit(X, y)
assert (again.predict_proba(X_test) == model.predict_proba(X_test)).all(), "a seed does not give the same bits"

# %% [markdown]
# ## A table as a run
#
# `own_table` ships with astrosim: an invented harvest, 240 beds on 60 plots, a column of texts, missing values. Beds
# of a plot stay together. Copy its scenario and name your own file; `astrosim new NAME --data FILE` fills in what the
# columns ask for. Five seeds that were named before the run: each draws its own parts and is a network of its own.
# Test rows are looked at once, at the end.

# %%
directory = made("own_table_short", "own_table", ['seeds="4200:5"'])
summary, dataset = ArraySummary.read(directory), open_run(directory)
rows = [*summary.rows, *summary.baselines]
print(f"{'':28} {'n':>2} {'test R2, median':>16} {'least to most':>16}")
for name in dict.fromkeys(row["condition"] for row in rows):
    found = np.array([row["test_r2"] for row in rows if row["condition"] == name])
    print(f"{name:28} {len(found):2} {np.median(found):16.3f} {found.min():8.3f} to {found.max():.3f}")

# %%
median = {
    name: float(np.median([row["test_r2"] for row in rows if row["condition"] == name]))
    for name in dict.fromkeys(row["condition"] for row in rows)
}
assert median["default"] > 0.5
assert abs(median["sklearn: mean"]) < 0.1, "the mean of the training rows explains nothing"
scores = [{name: row[name] for name in ("condition", "seed", "test_r2")} for row in summary.rows]  # without seconds
show(plot.table_scores(scores, "r2", summary.baselines), "own_data_scores")

# %% [markdown]
# ## Learning, and what is left
#
# Left of the first figure: validation rows at every record; the record with the best reward is the network that is
# tested.

# %%
show(plot.table_curves(dataset, summary.rows, "r2"), "own_data_curves")
show(plot.table_residuals(dataset, summary.rows, ["yield"]), "own_data_residuals")

# %% [markdown]
# ## Which columns carry the answer
#
# What the score loses when a column is permuted among the test rows. Columns that tell the same stand in for each
# other, so that each alone looks small.

# %%
trained = load_trained(directory, seed=4200)
show(plot.table_importance(dataset, summary.rows, list(trained.names), "r2"), "own_data_importance")
lost = dataset.importance.mean("seed").values[0, : len(trained.names)]
order = np.argsort(-lost)
print("most is lost without:", ", ".join(f"{trained.names[k]} ({lost[k]:.2f})" for k in order[:3]))
assert lost[order[0]] > 0.1

# %% [markdown]
# ## Asking the network, and doubting the table
#
# A stored network answers rows in their own units: here an average bed with more and more water. Columns that never
# change, and test rows that are training rows as well, are told after each run; this table has none.

# %%
print(trained.answer_words())
best, scaling = order[0], trained.images.scaling
beds = np.repeat(scaling.centre[None, :], 5, axis=0)
beds[:, best] += np.arange(-2, 3) * scaling.scale[best]
answers = trained(beds)
for bed, answer in zip(beds, answers, strict=True):
    print(f"{trained.names[best]} {bed[best]:6.0f}: {answer:5.2f} kg")
assert answers.argmax() in (1, 2, 3), "the best amount of water lies within"
assert remarked(directory) == []

# %% [markdown]
# ## Reading
#
# - **Level with the usual methods on this small table**, from one number per trial and without a gradient: between
#   scikit-learn's perceptron and its boosted trees, on the same rows.
# - Ridge regression is far behind, so the table is not linear: there is a best amount of water, which the network has
#   found.
# - Five splits of a small table are few: look at the points, not at the medians alone.
# - The baselines have their library's own settings, one each, as the astrocytes have theirs. `record.baselines = 10`
#   lets each try ten, chosen by validation rows.
# - Importance is that of this network on these rows, no statement about causes.
# - On large tables gradients are ahead at equal time: compare `learner.rule = "backpropagation"`.
