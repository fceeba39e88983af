"""The page: controls on the left, the stage on the right.

The controls are Solara's own, named and ordered as those of Mesa's SolaraViz. SolaraViz itself would draw all
components again for every step of a Mesa model, restart it whenever a slider moves, and needs altair; here the stage is
fed with typed arrays past Solara's rendering, by a director in a thread of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import solara

from astrosim.view.canvas import ASSETS, Stage
from astrosim.view.controls import Controls
from astrosim.view.parameters import Parameter, parameters
from astrosim.view.startup import opened

COLOURS = {"threshold": "threshold", "exploration": "exploration rate", "score": "score", "calcium": "calcium"}
STYLE = (ASSETS / "page.css").read_text(encoding="utf-8")


@solara.component
def Page() -> None:
    """Render the whole page."""
    controls = solara.use_memo(lambda: Controls(opened()), [])
    solara.Title(f"astrosim: {controls.source.title}")
    solara.Style(STYLE)
    with solara.Div(classes=["as-page"]):
        with solara.Div(classes=["as-header"]):
            solara.Text("astrosim", classes=["as-brand"])
            solara.Text(controls.source.title, classes=["as-title"])
        with solara.Div(classes=["as-body"]):
            with solara.Div(classes=["as-controls"]):
                Transport(controls)
                ReplicateChoice(controls)
                if not controls.source.own:
                    Looks(controls)
                if not controls.source.stored:
                    Parameters(controls)
            with solara.Div(classes=["as-show"]):
                names = {name: layer.value for name, layer in controls.layers.items()}
                stage = Stage.element(colour=controls.colour.value, **names)

    def begin() -> Callable[[], None]:
        return controls.begin(solara.get_widget(stage))

    solara.use_effect(begin, [])


@solara.component
def Layout(children: list[Any]) -> None:
    """Render no bars and no padding around the page."""
    solara.Div(children=children)


@solara.component
def Transport(controls: Controls) -> None:
    """Play, pause, step, reset, longer strides, speed."""
    playing, waiting = controls.playing.value, controls.waiting
    with solara.Div(classes=["as-transport"]):
        solara.Button("Play", on_click=lambda: controls.ask("play"), disabled=playing, classes=["as-play"], small=True)
        solara.Button(
            "Pause", on_click=lambda: controls.ask("pause"), disabled=not playing, classes=["as-pause"], small=True
        )
        with solara.Div(attributes={"title": f"{controls.source.step_meaning} (arrow right)"}):
            solara.Button("Step", on_click=lambda: controls.ask("step"), classes=["as-step"], small=True)
        solara.Button(
            "Reset",
            on_click=controls.reset,
            color="warning" if waiting else None,
            classes=["as-reset"],
            small=True,
        )
    if controls.strides:
        Strides(controls)
    if not controls.source.stored:
        text = f"{waiting} change{'s' * (waiting > 1)} will take effect on Reset" if waiting else ""
        solara.Text(text, classes=["as-waiting"])
    if controls.message.value:
        solara.Text(show_lines(controls.message.value), classes=["as-error"])
    place, speeds = controls.speed.value, controls.speeds
    with solara.Div(classes=["as-speed"]):
        solara.SliderInt(
            f"Speed: {speeds[min(place, len(speeds) - 1)].label}",
            place,
            min=0,
            max=len(speeds) - 1,
            on_value=controls.set_speed,
            thumb_label=False,
        )


@solara.component
def Strides(controls: Controls) -> None:
    """Render a button for each longer stride."""
    with solara.Div(classes=["as-strides"]):
        for stride in controls.strides:
            with solara.Div(attributes={"title": stride.meaning}):
                solara.Button(
                    stride.label,
                    on_click=partial(controls.ask, "step", stride.name),
                    classes=[f"as-stride-{stride.name}"],
                    small=True,
                )


def show_lines(message: str) -> str:
    """Return an error without the flag that the page never shows."""
    return "\n".join(line.removeprefix("--set: ") for line in message.splitlines())


@solara.component
def ReplicateChoice(controls: Controls) -> None:
    """Render the choice of condition and seed."""
    source = controls.source
    solara.Select(
        "Condition",
        values=list(source.conditions),
        value=controls.condition.value,
        on_value=lambda name: controls.choose_replicate(condition=name),
        dense=True,
        classes=["as-condition"],
    )
    if source.stored:
        solara.Select(
            "Seed",
            values=list(source.seeds(controls.condition.value)),
            value=controls.seed.value,
            on_value=lambda seed: controls.choose_replicate(seed=seed),
            dense=True,
            classes=["as-seed"],
        )
    else:
        solara.InputInt(
            "Seed",
            value=controls.seed.value,
            on_value=lambda seed: controls.choose_replicate(seed=seed),
            dense=True,
            classes=["as-seed"],
        )
    if len(source.conditions) > 1:
        solara.Select(
            "Beside it, in step",
            values=["", *source.conditions],
            value=controls.beside.value,
            on_value=controls.show_beside,
            dense=True,
            classes=["as-beside"],
        )


@solara.component
def Looks(controls: Controls) -> None:
    """Render the choices of colour and selection; they change nothing but the picture."""
    if controls.astrocytes.value:
        Astrocytes(controls)
    labels = {"mine": "synapses of the chosen one", "eligible": "eligible synapses", "all": "all synapses"}
    with solara.Div(classes=["as-layers"]):
        for name, label in labels.items():
            with solara.Div(classes=[f"as-layer-{name}"]):
                solara.Checkbox(
                    label=label, value=controls.layers[name].value, on_value=partial(controls.show_layer, name)
                )


@solara.component
def Astrocytes(controls: Controls) -> None:
    """Render the choice of the colour of territories, and of the astrocyte whose synapses are shown."""
    colours = {name: label for name, label in COLOURS.items() if name != "calcium" or controls.coupled.value}
    by_label = {label: name for name, label in colours.items()}
    solara.Select(
        "Territories coloured by",
        values=list(by_label),
        value=COLOURS[controls.colour.value],
        on_value=lambda label: controls.colour.set(by_label[label]),
        dense=True,
        classes=["as-colour"],
    )
    solara.Select(
        "Chosen astrocyte",
        values=[f"A{a}" for a in range(controls.astrocytes.value)],
        value=f"A{controls.chosen.value}",
        on_value=lambda name: controls.choose(int(name[1:])),
        dense=True,
        classes=["as-chosen"],
    )


@solara.component
def Parameters(controls: Controls) -> None:
    """Render the fields of the scenario, section by section."""
    condition = controls.condition.value
    groups = solara.use_memo(lambda: parameters(controls.source.resolved(condition)), [condition])
    solara.Select(
        "Parameters of",
        values=["", *groups],
        value=controls.section.value,
        on_value=controls.section.set,
        dense=True,
        classes=["as-section"],
    )
    with solara.Div(classes=["as-parameters"]):
        for parameter in groups.get(controls.section.value, []):
            with solara.Div(
                classes=["as-parameter", f"as-parameter-{parameter.path.replace('.', '-')}"],
                attributes={"title": f"{parameter.hint}; takes effect {_when(controls, parameter)}"},
            ):
                Field(controls, parameter)
                solara.Text(_when(controls, parameter), classes=["as-when"])


def _when(controls: Controls, parameter: Parameter) -> str:
    """When a change of a field takes effect, in words."""
    return "at once" if parameter.path in controls.at_once.value else "on Reset"


@solara.component
def Field(controls: Controls, parameter: Parameter) -> None:
    """Render one field: a choice, a yes or no, a slider, or a box for a number."""
    value, change = controls.changes.value.get(parameter.path, parameter.value), partial(controls.change, parameter)

    if parameter.choices:
        solara.Select(parameter.label, values=list(parameter.choices), value=value, on_value=change, dense=True)
    elif parameter.kind is bool:
        solara.Checkbox(label=parameter.label, value=value, on_value=change)
    elif parameter.low is not None:
        ends = {"min": parameter.low, "max": parameter.high, "step": parameter.fineness}
        slider: Any = solara.SliderInt if parameter.kind is int else solara.SliderFloat
        slider(f"{parameter.label}: {value:g}", value, on_value=change, thumb_label=False, **ends)
    else:
        box = solara.InputInt if parameter.kind is int else solara.InputFloat
        box(parameter.label, value=value, on_value=change, dense=True)
