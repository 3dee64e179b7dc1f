"""From a figure's name to a file."""

import warnings
from importlib import import_module
from pathlib import Path

import matplotlib.figure
import pandas as pd
from matplotlib import style

from common.files import written_whole
from plots import FIGURES, LEADERBOARD_FAMILIES, LEADERBOARD_FIGURES
from plots.axes import note
from plots.figure import Figure
from plots.palette import GREY
from plots.text import clean

HOUSE_STYLE = Path(__file__).with_name("house.mplstyle")
HEADER_INCHES = 0.78


def load_figure(name: str) -> Figure:
    """Return what draws figure `name`: its module, or its family's variant."""
    for family, names in LEADERBOARD_FAMILIES.items():
        if name in names:
            return import_module(f"plots.{family}").VARIANTS[name]
    return import_module(f"plots.{name}")


def render(name: str, frames: dict[str, pd.DataFrame], source: str, path: Path) -> Path:
    """Draw figure `name` into `path`, in the format of its suffix, and return it."""
    with style.context(HOUSE_STYLE), warnings.catch_warnings():
        # A sign that the font lacks is drawn as a box, which says so itself.
        warnings.filterwarnings("ignore", "Glyph")
        figure = draw_figure(name, frames, source)
        # The date would make two files of the same views differ.
        metadata = {"Date": None} if path.suffix == ".svg" else None
        with written_whole(path) as part:
            figure.savefig(part, format=path.suffix[1:], metadata=metadata)
    return path


def draw_figure(
    name: str, frames: dict[str, pd.DataFrame], source: str
) -> matplotlib.figure.Figure:
    """Return figure `name` with its title, or a plain note if it has no rows."""
    drawn = load_figure(name)
    figure = matplotlib.figure.Figure(figsize=drawn.SIZE, layout="constrained")
    if next(iter(frames.values())).empty:
        write_header(figure, FIGURES[name], f"source {clean(source)}")
        what = "evaluations" if name in LEADERBOARD_FIGURES else "attempts"
        note(figure.subplots(), f"no {getattr(drawn, 'missing', what)} to show")
    else:
        write_header(
            figure,
            FIGURES[name],
            f"source {clean(source)} · {drawn.subtitle(frames)}",
        )
        drawn.draw(frames, figure)
    return figure


def write_header(figure: matplotlib.figure.Figure, title: str, subtitle: str) -> None:
    """Write both lines at the top left and keep the axes below them."""
    width, height = figure.get_size_inches()
    left = 0.12 / width
    figure.text(left, 1 - 0.12 / height, title, va="top", size=14, weight="bold")
    figure.text(left, 1 - 0.45 / height, subtitle, va="top", size=9.5, color=GREY)
    figure.get_layout_engine().set(
        rect=(0, 0, 1, 1 - HEADER_INCHES / height), w_pad=0.12, h_pad=0.08
    )
