"""Image networks: the parts of the system, and where each is found."""

from __future__ import annotations

from astrosim.contracts.system import System, usual_parts

HERE = "astrosim.systems.images"
PLOTS = {
    "field_accuracy": f"{HERE}.figures.learning:field_accuracy",
    "field_astrocytes": f"{HERE}.figures.learning:field_astrocytes",
    "field_confusion": f"{HERE}.figures.learning:field_confusion",
    "field_curves": f"{HERE}.figures.learning:field_curves",
}
SYSTEM = System(
    name="fields",
    kind="fields",
    unit="trials",
    parts={
        **usual_parts(HERE),
        "derived": f"{HERE}.show.derived:derived",
        "flags": f"{HERE}.show.derived:FLAGS",
        "scenario": f"{HERE}.scenario.schema:FieldScenario",
        "summary": f"{HERE}.show.summary:FieldSummary",
    },
    plots=PLOTS,
    lacks={
        "ceiling": 'only networks of threshold neurons have a structural ceiling ("fields"). Name a scenario of kind '
        '"astrocyte".',
        "engine": 'no engine of single trials ("fields"). astrosim.run runs the scenario.',
        "start": 'only threshold networks start from the weights of another run ("fields"). Leave out --from.',
        "view": 'the live view shows neurons and astrocytes ("fields"). `astrosim report` and `astrosim plot` show '
        "such runs.",
        "animation": 'no moving picture of this kind ("fields"). `astrosim plot` draws it.',
    },
)
