"""Black boxes: the parts of the two systems, environments and objectives, and where each is found."""

from __future__ import annotations

from dataclasses import replace

from astrosim.contracts.system import System, usual_parts

HERE = "astrosim.systems.blackbox"
PLOTS = {
    "astrocyte_shares": f"{HERE}.figures.networks:astrocyte_shares",
    "episode_course": f"{HERE}.figures.course:episode_course",
    "input_spread": f"{HERE}.figures.networks:input_spread",
    "return_curves": f"{HERE}.figures.learning:return_curves",
    "return_points": f"{HERE}.figures.learning:return_points",
    "share_curves": f"{HERE}.figures.shares:share_curves",
    "territory_wheel": f"{HERE}.figures.networks:territory_wheel",
    "threshold_times": f"{HERE}.figures.shares:threshold_times",
}
LACKS = {
    "ceiling": 'only networks of threshold neurons have a structural ceiling ("task"). Name a scenario of kind '
    '"astrocyte".',
    "engine": 'no engine of single trials ("task"). astrosim.run runs the scenario.',
    "view": 'the live view plays no functions and no stored runs of environments ("task"). `astrosim report` and '
    "`astrosim plot` show them.",
}
EPISODES = ("animation", "catalogue", "catalogue_table", "play", "watched")
"""Parts of tasks that are played in episodes."""
ENVIRONMENT = System(
    name="environment",
    kind="task",
    unit="steps",
    parts={
        **usual_parts(HERE),
        "derived": f"{HERE}.show.derived:derived",
        "flags": f"{HERE}.show.derived:FLAGS",
        "animation": f"{HERE}.show.animation:animation",
        "catalogue": f"{HERE}.environments.catalogue:environments",
        "catalogue_table": f"{HERE}.show.catalogue:environments_table",
        "play": f"{HERE}.show.animation:play",
        "watched": f"{HERE}.watched:WatchedPolicy",
        "scenario": f"{HERE}.scenario.schema:EnvironmentScenario",
        "start": f"{HERE}.start:start_of",
        "start_check": f"{HERE}.runner:check_start",
        "summary": f"{HERE}.show.summary:BlackboxSummary",
        "trained": f"{HERE}.stored:TrainedBlackbox",
    },
    plots=PLOTS,
    lacks=LACKS,
)
OBJECTIVE = replace(
    ENVIRONMENT,
    name="objective",
    parts={
        **{name: place for name, place in ENVIRONMENT.parts.items() if name not in EPISODES},
        "runner": f"{HERE}.runner:OBJECTIVE_RUNNER",
        "scenario": f"{HERE}.scenario.schema:ObjectiveScenario",
        "template": f"{HERE}.scenario.template:OBJECTIVE_TEMPLATE",
        "example": f"{HERE}.example:OBJECTIVE_EXAMPLE",
    },
    lacks=LACKS | {"animation": 'a function has no moving picture ("task"). `astrosim plot` draws its runs.'},
)
