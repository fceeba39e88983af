"""Spiking networks: the parts of the system, and where each is found."""

from __future__ import annotations

from astrosim.contracts.system import System, usual_parts

HERE = "astrosim.systems.spiking"
SYSTEM = System(
    name="spiking",
    kind="spiking",
    unit="steps",
    parts={
        **usual_parts(HERE),
        "scenario": f"{HERE}.scenario.schema:SpikingScenario",
        "summary": f"{HERE}.show.summary:SpikingSummary",
        "flags": f"{HERE}.records:FLAGS",
        "files": f"{HERE}.show.files:write_files",
        "animation": f"{HERE}.show.animation:animation",
        "neo": f"{HERE}.show.neo_block:write_neo",
        "view": f"{HERE}.scenario.schema:SpikingScenario",
        "replayed": f"{HERE}.watch.stored:StoredSimulation",
        "watched": f"{HERE}.watch.simulation:WatchedSimulation",
    },
    lacks={
        "ceiling": 'only networks of threshold neurons have a structural ceiling ("spiking"). Name a scenario of kind '
        '"astrocyte".',
        "engine": 'no engine of single trials ("spiking"). astrosim.run runs the scenario.',
        "start": 'simulations do not start from the weights of another run ("spiking"). Leave out --from.',
        "trained": 'nothing is learned in a simulation without learner ("spiking"). Read it by astrosim.open_run.',
    },
    variants={"task.patterns": "spiking_learning", "task.data": "spiking_images"},
)
LEARNING = System(
    name="spiking_learning",
    kind="spiking",
    unit="trials",
    parts={
        **usual_parts(f"{HERE}.learning"),
        "scenario": f"{HERE}.learning.scenario.schema:WindowScenario",
        "flags": f"{HERE}.learning.records:FLAGS",
        "summary": f"{HERE}.learning.show.summary:WindowSummary",
        "trained": f"{HERE}.learning.trained:TrainedWindows",
        "view": f"{HERE}.learning.scenario.schema:WindowScenario",
        "watched": f"{HERE}.learning.watch.replicate:WatchedLearning",
    },
    lacks={
        "animation": 'no moving picture of learning over windows ("spiking"). `astrosim plot` draws it.',
        "ceiling": 'only networks of threshold neurons have a structural ceiling ("spiking"). Name a scenario of kind '
        '"astrocyte".',
        "engine": 'no engine of single trials ("spiking"). astrosim.run runs the scenario.',
        "start": 'learning over windows does not start from the weights of another run ("spiking"). Leave out --from.',
    },
)
IMAGES = System(
    name="spiking_images",
    kind="spiking",
    unit="trials",
    parts={
        **usual_parts(f"{HERE}.images"),
        "derived": f"{HERE}.images.show.derived:derived",
        "flags": f"{HERE}.images.show.derived:FLAGS",
        "scenario": f"{HERE}.images.scenario.schema:ImageScenario",
        "summary": f"{HERE}.images.show.summary:ImageSummary",
        "trained": f"{HERE}.images.trained:TrainedImages",
    },
    lacks={
        "animation": 'no moving picture of learning over windows ("spiking"). `astrosim plot` draws it.',
        "ceiling": 'only networks of threshold neurons have a structural ceiling ("spiking"). Name a scenario of kind '
        '"astrocyte".',
        "engine": 'no engine of single trials ("spiking"). astrosim.run runs the scenario.',
        "start": 'networks on images do not start from the weights of another run ("spiking"). Leave out --from.',
        "view": 'the live view does not show spiking networks ("spiking"). `astrosim report` and `astrosim plot` do.',
    },
)
