"""Calcium-wave networks: the parts of the system, and where each is found."""

from __future__ import annotations

from astrosim.contracts.system import System

HERE = "astrosim.systems.waves"
PLOTS = {
    "find_sweeps": f"{HERE}.figures.sweeps:find_sweeps",
    "mesh_map": f"{HERE}.figures.mesh:mesh_map",
    "wave_accuracy": f"{HERE}.figures.waves:wave_accuracy",
    "wave_curves": f"{HERE}.figures.training:wave_curves",
    "wave_gaps": f"{HERE}.figures.waves:wave_gaps",
    "wave_solved": f"{HERE}.figures.training:wave_solved",
    "wave_sweep": f"{HERE}.figures.sweeps:wave_sweep",
}
SYSTEM = System(
    name="wave",
    kind="wave",
    unit="updates",
    parts={
        "scenario": f"{HERE}.scenario.schema:WaveScenario",
        "template": f"{HERE}.scenario.template:TEMPLATE",
        "example": f"{HERE}.example:EXAMPLE",
        "runner": f"{HERE}.runner:RUNNER",
        "variables": f"{HERE}.records:VARIABLES",
        "tables": f"{HERE}.records:TABLES",
        "workload": f"{HERE}.workload:workload",
        "explanation": f"{HERE}.show.explanation:explanation",
        "report": f"{HERE}.show.report:content",
        "report_template": f"{HERE}.show.report:TEMPLATE",
        "figures": f"{HERE}.show.figures:figures",
        "summary": f"{HERE}.show.summary:WaveSummary",
        "animation": f"{HERE}.show.animation:animation",
    },
    plots=PLOTS,
    lacks={
        "ceiling": 'only networks of threshold neurons have a structural ceiling ("wave"). Name a scenario of kind '
        '"astrocyte".',
        "view": 'the live view shows neurons and astrocytes ("wave"). `astrosim animate` shows calcium-wave networks.',
    },
)
