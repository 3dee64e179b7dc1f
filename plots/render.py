"""From a figure's name to a file."""

import warnings
from dataclasses import dataclass
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
HEADER_INCHES = 0.78  # with a subtitle of two lines
LINE_INCHES = 0.16
CHARACTERS_PER_INCH = 14.2
# A third of the time that a smaller file takes.
FAST_PNG = {"pil_kwargs": {"compress_level": 2}}


@dataclass(frozen=True)
class Look:
    """Options for drawing a figure differently from the default."""

    size: tuple[float, float] | None = None  # inches
    title: str | None = None  # empty: neither title nor subtitle
    order: str | None = None
    choice: str = ""  # of what it shows, in words


HOUSE_LOOK = Look()


def load_figure(name: str) -> Figure:
    """Return the module that draws figure `name`, or its family's variant."""
    for family, names in LEADERBOARD_FAMILIES.items():
        if name in names:
            return import_module(f"plots.{family}").VARIANTS[name]
    return import_module(f"plots.{name}")


def render(
    name: str,
    frames: dict[str, pd.DataFrame],
    source: str,
    path: Path,
    look: Look = HOUSE_LOOK,
) -> Path:
    """Draw figure `name` into `path`, in the format of its suffix, and return it."""
    with style.context(HOUSE_STYLE), warnings.catch_warnings():
        # A character that the font lacks is drawn as a box.
        warnings.filterwarnings("ignore", "Glyph")
        figure = draw_figure(name, frames, source, look)
        # The date would make two files of the same views differ.
        metadata = {"Date": None} if path.suffix == ".svg" else None
        options = FAST_PNG if path.suffix == ".png" else {}
        with written_whole(path) as part:
            if path.suffix == ".png":
                lay_out(figure)
            figure.savefig(part, format=path.suffix[1:], metadata=metadata, **options)
    return path


def draw_figure(
    name: str,
    frames: dict[str, pd.DataFrame],
    source: str,
    look: Look = HOUSE_LOOK,
) -> matplotlib.figure.Figure:
    """Return figure `name` with its title, or a plain note if it has no rows."""
    drawn = load_figure(name)
    is_empty = next(iter(frames.values())).empty
    size = look.size or drawn.SIZE
    if not look.size and not is_empty and hasattr(drawn, "size"):
        size = drawn.size(frames)
    figure = matplotlib.figure.Figure(figsize=size, layout="constrained")
    title = FIGURES[name] if look.title is None else look.title
    if is_empty:
        write_header(figure, title, f"source {clean(source)}")
        what = "evaluations" if name in LEADERBOARD_FIGURES else "attempts"
        note(figure.subplots(), f"no {getattr(drawn, 'missing', what)} to show")
    else:
        subtitle = f"source {clean(source)} · {drawn.subtitle(frames)}"
        if look.choice:
            subtitle += f" · {look.choice}"
        write_header(figure, title, subtitle)
        drawn.draw(ordered(drawn, frames, look.order), figure)
    return figure


def wrapped(text: str, length: int) -> list[str]:
    """Return the lines of a subtitle, the long ones broken between its parts."""
    lines = []
    for line in text.splitlines():
        lines.append("")
        for part in line.split(" · "):
            joined = f"{lines[-1]} · {part}" if lines[-1] else part
            if lines[-1] and len(joined) > length:
                lines.append(part)
            else:
                lines[-1] = joined
    return lines


def lay_out(figure: matplotlib.figure.Figure) -> None:
    """Place the axes, once: to save a figure that has a layout is to draw it twice."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)


def write_header(figure: matplotlib.figure.Figure, title: str, subtitle: str) -> None:
    """Write both lines at the top left and keep the axes below them.

    Without a title there is neither: a paper has its own caption.
    """
    if not title:
        figure.get_layout_engine().set(w_pad=0.12, h_pad=0.08)
        return
    width, height = figure.get_size_inches()
    left = 0.12 / width
    lines = wrapped(subtitle, int(width * CHARACTERS_PER_INCH))
    header = HEADER_INCHES + LINE_INCHES * max(0, len(lines) - 2)
    figure.text(left, 1 - 0.12 / height, title, va="top", size=14, weight="bold")
    figure.text(
        left, 1 - 0.45 / height, "\n".join(lines), va="top", size=9.5, color=GREY
    )
    figure.get_layout_engine().set(
        rect=(0, 0, 1, 1 - header / height), w_pad=0.12, h_pad=0.08
    )


def ordered(
    drawn: Figure, frames: dict[str, pd.DataFrame], order: str | None
) -> dict[str, pd.DataFrame]:
    """Return the frames with the rows of the figure in another order."""
    if order is None:
        return frames
    name, columns = drawn.ORDERS
    # Rows with the same name stay together, in their order.
    keys = list(dict.fromkeys([columns[order], columns["name"]]))
    rows = frames[name].sort_values(
        keys, ascending=[order == "name", True][: len(keys)], kind="stable"
    )
    return frames | {name: rows.reset_index(drop=True)}
