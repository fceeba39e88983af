"""Threshold networks: the parts of the system, and where each is found."""

from __future__ import annotations

from astrosim.contracts.system import System, usual_parts

HERE = "astrosim.systems.threshold"
PLOTS = {
    "accuracy_by_condition": f"{HERE}.figures.overview:accuracy_by_condition",
    "accuracy_by_passes": f"{HERE}.figures.budget:accuracy_by_passes",
    "astrocyte_curves": f"{HERE}.figures.astrocytes:astrocyte_curves",
    "calcium_curves": f"{HERE}.figures.calcium:calcium_curves",
    "decision_raster": f"{HERE}.figures.raster:decision_raster",
    "firing_raster": f"{HERE}.figures.firing:firing_raster",
    "learning_curves": f"{HERE}.figures.curves:learning_curves",
    "pattern_map": f"{HERE}.figures.patterns:pattern_map",
    "read_events": f"{HERE}.figures.events:read_events",
    "reward_trace": f"{HERE}.figures.rewards:reward_trace",
    "space_map": f"{HERE}.figures.space:space_map",
    "weight_map": f"{HERE}.figures.weights:weight_map",
}
SYSTEM = System(
    name="astrocyte",
    kind="astrocyte",
    unit="trials",
    parts={
        **usual_parts(HERE),
        "derived": f"{HERE}.show.derived:derived",
        "flags": f"{HERE}.show.derived:FLAGS",
        "scenario": f"{HERE}.scenario.schema:Scenario",
        "summary": f"{HERE}.show.summary:Summary",
        "engine": f"{HERE}.engines:make_engine",
        "animation": f"{HERE}.show.animation:animation",
        "ceiling": f"{HERE}.show.ceiling_tables:ceilings",
        "ceiling_table": f"{HERE}.show.ceiling_tables:ceilings_table",
        "start": f"{HERE}.start:start_of",
        "trained": f"{HERE}.trained:TrainedThreshold",
        "view": f"{HERE}.scenario.schema:Scenario",
    },
    plots=PLOTS,
)
