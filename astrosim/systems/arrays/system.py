"""Rows of arrays, images among them: the parts of the system, and where each is found."""

from __future__ import annotations

from astrosim.contracts.system import System, usual_parts

HERE = "astrosim.systems.arrays"
PLOTS = {
    "field_accuracy": f"{HERE}.figures.learning:field_accuracy",
    "field_astrocytes": f"{HERE}.figures.learning:field_astrocytes",
    "field_confusion": f"{HERE}.figures.learning:field_confusion",
    "field_curves": f"{HERE}.figures.learning:field_curves",
    "table_confusion": f"{HERE}.figures.tables:table_confusion",
    "table_curves": f"{HERE}.figures.tables:table_curves",
    "table_importance": f"{HERE}.figures.tables:table_importance",
    "table_reliability": f"{HERE}.figures.tables:table_reliability",
    "table_residuals": f"{HERE}.figures.tables:table_residuals",
    "table_scores": f"{HERE}.figures.tables:table_scores",
}
SYSTEM = System(
    name="task",
    kind="task",
    unit="trials",
    parts={
        **usual_parts(HERE),
        "derived": f"{HERE}.show.derived:derived",
        "flags": f"{HERE}.show.derived:FLAGS",
        "table_template": f"{HERE}.scenario.table_template:table_text",
        "scenario": f"{HERE}.scenario.schema:ArrayScenario",
        "summary": f"{HERE}.show.summary:ArraySummary",
        "trained": f"{HERE}.trained:TrainedArrays",
        "watched": f"{HERE}.watched:WatchedRows",
    },
    plots=PLOTS,
    variants={"task.environment": "environment", "task.objective": "objective"},
    lacks={
        "ceiling": 'only networks of threshold neurons have a structural ceiling ("task"). Name a scenario of kind '
        '"astrocyte".',
        "engine": 'no engine of single trials ("task"). astrosim.run runs the scenario.',
        "start": 'networks of this kind do not start from another run ("task"). Leave out --from.',
        "view": 'the live view shows no stored runs on images and tables ("task"). `astrosim report` and '
        "`astrosim plot` show them.",
        "animation": 'no moving picture of this kind ("task"). `astrosim plot` draws it.',
    },
)
