"""The commands that draw a stored run, or play it again: plot, animate, play."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from astrosim.cli.commands import app
from astrosim.cli.console import guarded, output, say
from astrosim.cli.options import AllowCodeOption, ColourName, DataOption, FigureFormat, RunArgument
from astrosim.cli.places import check_code
from astrosim.core.errors import AstrosimError

if TYPE_CHECKING:
    from astrosim.report.figure_of_run import Shown

RESOLUTION = 300  # dots an inch of PNG files: print
MILLIMETRES = 25.4  # per inch
ALL = "all"  # in place of a kind: each that the run has something for
FIGURES = "figures"  # folder of a run directory

OneCondition = Annotated[
    str | None, typer.Option("--condition", "--conditions", metavar="A,B", help="Only these conditions.")
]
EpisodeOption = Annotated[
    int | None,
    typer.Option(min=0, metavar="K", help="Which test episode of an environment; by default that of median return."),
]
OneSeed = Annotated[str | None, typer.Option("--seed", "--seeds", metavar="1,2,3", help="Only these seeds.")]


@app.command()
def plot(
    directory: RunArgument,
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="Which figure, or all; without one they are listed.")
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The file to write (of all: the folder); by default DIR/figures/KIND.svg."),
    ] = None,
    format_: Annotated[
        FigureFormat | None, typer.Option("--format", help="By default as --out ends, else svg.")
    ] = None,
    width: Annotated[
        float | None,
        typer.Option(min=60, max=400, metavar="MM", help="In millimetres, by default 180; letters keep their size."),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Keep the letters of an SVG as text, not as outlines.")] = False,
    condition: OneCondition = None,
    seed: OneSeed = None,
    episode: Annotated[
        int | None, typer.Option(metavar="N", help="The recorded episode that a figure of one moment shows.")
    ] = None,
    measure: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Of a sweep: the column of summary.csv that is shown.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Write one figure of a run, or all, as SVG, PNG or PDF, and print the paths; or list what there is."""
    with guarded():
        from astrosim.plot.style import WIDTH
        from astrosim.report.figure_of_run import Choice, show

        if kind == ALL and format_ is None:
            format_ = FigureFormat.svg
        look = _Look(_format(out, format_), WIDTH if width is None else width / MILLIMETRES, text)
        if text and look.file_format != FigureFormat.svg:
            raise AstrosimError(f"--text: only an SVG keeps text ({look.file_format}). Add --format svg.")
        choice = Choice(_names(condition), _seeds(seed), episode, data, measure)
        if kind is None:
            _list(show(directory, Choice(choice.conditions, choice.seeds)))
            return
        shown = show(directory, choice, kind)
        if kind == ALL:
            folder = out or directory / FIGURES
            for one in shown.kinds:
                _write(shown, one, folder / f"{one}.{look.file_format}", look)
            return
        if kind not in shown.known:
            _list(shown, error=True)
        _write(shown, kind, out or directory / FIGURES / f"{kind}.{look.file_format}", look)


class _Look(NamedTuple):
    """Format of a figure's file, its width (inches), and whether letters stay text."""

    file_format: str
    width: float
    text: bool


def _write(shown: Shown, kind: str, path: Path, look: _Look) -> None:
    """Draw a figure, write its file, and print the path."""
    from astrosim.plot.style import drawn_at, image_bytes
    from astrosim.store.files import write_atomically

    with drawn_at(look.width):
        drawn = shown.draw(kind)
    data = image_bytes(drawn.figure, look.file_format, RESOLUTION, drawn.title, drawn.caption, look.text)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)
    typer.echo(str(path))


def _format(out: Path | None, chosen: FigureFormat | None) -> str:
    """What to write: as asked for, else as the file's name ends, else vectors."""
    if chosen is not None:
        return chosen.value
    ending = out.suffix.lower().removeprefix(".") if out is not None else FigureFormat.svg.value
    if ending not in list(FigureFormat):
        raise AstrosimError(f"--out: no format of figures ({out}). Let it end in .svg, .png or .pdf, or use --format.")
    return ending


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",")]


def _seeds(text: str | None) -> list[int] | None:
    try:
        return None if text is None else [int(one) for one in text.split(",")]
    except ValueError:
        raise AstrosimError(f"--seed: not a seed ({text}). Write whole numbers: 42,137.") from None


def _list(shown: Shown, error: bool = False) -> None:
    """The kinds that a run has something for, each with a sentence."""
    width = max(map(len, shown.kinds))
    for name, kind in shown.kinds.items():
        line = f"{name:<{width}}  {kind.sentence}"
        if error:
            say(line)
        else:
            output().print(line, markup=False, soft_wrap=True)


@app.command()
def animate(
    directory: RunArgument,
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="PATH", help="A .gif or .mp4; by default DIR/figures/animation.gif.")
    ] = None,
    condition: Annotated[
        str | None, typer.Option(metavar="NAME", help="By default the first that can be shown.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="By default the condition's first finished one.")
    ] = None,
    frames: Annotated[int | None, typer.Option(min=1, help="Pictures, evenly spaced in time; by default 120.")] = None,
    fps: Annotated[float, typer.Option(min=0.1, max=100, help="Pictures per second.")] = 12.0,
    every: Annotated[
        int | None, typer.Option(min=1, metavar="TRIALS", help="Trials, or steps, from one picture to the next.")
    ] = None,
    first: Annotated[int | None, typer.Option("--from", min=0, metavar="TRIAL", help="The first trial shown.")] = None,
    last: Annotated[int | None, typer.Option("--to", min=0, metavar="TRIAL", help="The last trial shown.")] = None,
    colour: Annotated[ColourName, typer.Option(help="What colours the territories.")] = ColourName.exploration,
    episode: EpisodeOption = None,
    allow_code: AllowCodeOption = False,
    data: DataOption = None,
) -> None:
    """Replay one replicate of a run as GIF or MP4: trials, a wave's passage, a test episode, or spikes and calcium."""
    with guarded(allow_code):
        from astrosim.report.animation import Look, TrialRange
        from astrosim.report.animation import animate as write

        check_code(directory, allow_code)
        path = out or directory / FIGURES / "animation.gif"
        trials = TrialRange(first, last, every, frames, episode)
        write(directory, path, condition, seed, trials, Look(fps, colour.value, data))
        typer.echo(str(path))


@app.command()
def play(
    directory: RunArgument,
    *,
    condition: Annotated[
        str | None, typer.Option(metavar="NAME", help="By default the first in which astrocytes learn.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="By default that of median test mean.")] = None,
    episode: EpisodeOption = None,
    allow_code: AllowCodeOption = False,
    window: Annotated[bool, typer.Option(help="Show it in the environment's own window, if there is a screen.")] = True,
) -> None:
    """Play a test episode of an environment's run again, and check its return against the stored one."""
    with guarded(allow_code):
        from astrosim.report.animation import play as again

        check_code(directory, allow_code)
        for sentence in again(directory, condition, seed, episode, window):
            output().print(sentence, markup=False, soft_wrap=True)
