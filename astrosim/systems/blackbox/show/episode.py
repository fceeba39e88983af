"""Pictures of a report with its moving one, the reasons for those that are absent, and alarms of constant actions."""

from __future__ import annotations

from astrosim.core.errors import AstrosimError
from astrosim.report.drawing import Picture, reported
from astrosim.systems.blackbox.players import make_player
from astrosim.systems.blackbox.replay import Replay, StoredTest, has_episodes
from astrosim.systems.blackbox.show.pictures import KINDS, Material
from astrosim.systems.blackbox.show.played import MOST_FRAMES, constant_action, moving, uri
from astrosim.systems.blackbox.show.summary import BlackboxSummary

MOST_STEPS = 200_000  # environment steps that are played for alarms; assumed: some seconds without a twin
LISTED = 8  # seeds that an alarm names


def pictures(material: Material) -> list[Picture]:
    """Return all figures of the report, the moving picture of the episode before its course."""
    found = reported((kind for name, kind in KINDS.items() if name != "episode"), material)
    if material.episode is None:
        return found
    drawn = moving(material.episode)
    if drawn is not None:
        words = (
            f"{material.episode.words}. The seed is the one of median test mean, the episode that of median return, "
            f"played again with the weights that were tested. At most {MOST_FRAMES} pictures, evenly spaced."
        )
        found.append(Picture("One episode", uri(drawn), words))
    return [*found, *reported([KINDS["episode"]], material)]


def absences(material: Material) -> list[str]:
    """Return why there is no episode in the report; nothing where there is one, or the task has none."""
    scenario, name = material.summary.resolved[material.shown], material.shown
    if not has_episodes(scenario) or material.episode is not None:
        return []
    if material.tested is None:
        return ["No episode is shown: weights were not kept (record.weights = false)."]
    if isinstance(material.played, AstrosimError):
        return [f"No episode is shown. {material.played}"]
    return [
        f"No episode is shown: playing {scenario.named} again would run its module's code. "
        f"`astrosim animate {material.summary.directory.name} --condition {name} --allow-code` does so."
    ]


def constant_alarms(material: Material) -> list[str]:
    """Return a warning if, in the median test episode of some runs, one action was taken at every step."""
    if material.episode is None:
        return []
    found: dict[str, list[int]] = {}
    for condition, seed in constant_runs(material.summary):
        found.setdefault(condition, []).append(seed)
    return [
        f"Constant action: in the test episode of median return {condition} took one action at every step (seed "
        f"{', '.join(map(str, seeds[:LISTED]))}{', ...' if len(seeds) > LISTED else ''}; {len(seeds)} of "
        f"{len(material.summary.of(condition))} runs). The network does not answer to what it observes."
        for condition, seeds in found.items()
    ]


def constant_runs(summary: BlackboxSummary) -> list[tuple[str, int]]:
    """Return condition and seed of the runs that take one action only, as far as `MOST_STEPS` go."""
    found, left = [], MOST_STEPS
    for condition in summary.conditions:
        scenario = summary.resolved[condition]
        if not has_episodes(scenario) or scenario.names_module or not scenario.record.weights:
            continue
        player = make_player(scenario, summary.of(condition)[0]["seed"])
        for row in summary.of(condition):
            tested = StoredTest.read(summary.directory, condition, row["seed"])
            trace = Replay(summary.scenario, tested, player).trace(tested.median)
            left -= len(trace.rewards)
            if constant_action(trace):
                found.append((condition, row["seed"]))
            if left < 0:
                return found
        player.close()
    return found
