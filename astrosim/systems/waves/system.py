"""Calcium-wave networks: the parts of the system, and where each is found."""

from __future__ import annotations

from astrosim.contracts.system import System, usual_parts

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
        **usual_parts(HERE),
        "derived": f"{HERE}.show.derived:derived",
        "flags": f"{HERE}.show.derived:FLAGS",
        "scenario": f"{HERE}.scenario.schema:WaveScenario",
        "summary": f"{HERE}.show.summary:WaveSummary",
        "animation": f"{HERE}.show.animation:animation",
        "trained": f"{HERE}.trained:TrainedWave",
        "watched": f"{HERE}.watched:WatchedWaves",
    },
    plots=PLOTS,
    lacks={
        "ceiling": 'only networks of threshold neurons have a structural ceiling ("wave"). Name a scenario of kind '
        '"astrocyte".',
        "engine": 'no engine of single trials ("wave"). astrosim.run runs the scenario; WaveModel.from_run of '
        "astrosim.systems.waves.agents shows what a run has trained.",
        "start": 'networks of this kind do not start from another run ("wave"). Leave out --from.',
        "view": 'the live view shows no stored runs of calcium waves ("wave"). `astrosim animate` shows them.',
    },
)
