"""Places labels next to points: none on another label, on a point or on a line.

Our own code, because the libraries for it (adjustText, textalloc) drew a web of long
crossing lines for fifty task families.
"""

from collections.abc import Iterator
from math import cos, pi, sin

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from plots.palette import GREY

# Points between the marker's edge and the label.
GAPS = (0, 3, 6, 10, 15, 21, 28, 38, 50, 64)
NEAR = 3  # a wider gap needs a line to the marker
# Right, left, above and below first, then what lies between.
ANGLES = [pi * step / 16 for step in (0, 16, 8, 24, *range(1, 32))]


def place_labels(
    axes: Axes,
    labels: pd.DataFrame,
    size: float = 8,
    curve: np.ndarray | None = None,
    pad: float | None = None,
) -> None:
    """Write `text` next to each (x, y), or above the axes how many have no room.

    `radius` is the marker's, in points; `curve`, dense rows of x and y, is a line
    to keep clear of. Rows are in order of importance: the first are placed first.
    Limits, scales and legend must be final. `pad` is the title's, if it has one.
    """
    figure = axes.get_figure(root=True)
    # Only the layout; anything drawn now would be drawn again.
    figure.get_layout_engine().execute(figure)
    pixels = figure.dpi / 72
    centres = axes.transData.transform(labels[["x", "y"]])
    markers = [
        Bbox([centre - radius, centre + radius])
        for centre, radius in zip(centres, labels["radius"] * pixels, strict=True)
    ]
    texts: list[Bbox] = []
    lines: list[Path] = []
    passed = axes.transData.transform(np.empty((0, 2)) if curve is None else curve)
    for index, row in enumerate(labels.itertuples()):
        extent = text_extent(axes, row.text, size)
        for gap, box in candidates(markers[index], extent, pixels):
            middle = (box.p0 + box.p1) / 2
            line = Path([centres[index], middle])
            # Without a line to it, the own marker must be the nearest one.
            clearance = box if gap > NEAR else box.padded((gap + 1) * pixels)
            if (
                contains(axes.bbox, box)
                and not box.count_overlaps([*texts, markers[index]])
                and not clearance.count_overlaps(markers[:index] + markers[index + 1 :])
                and not any(other.intersects_bbox(box) for other in lines)
                and not box.padded(2 * pixels).count_contains(passed)
                and not any(line.intersects_bbox(text) for text in texts)
            ):
                texts.append(box)
                if gap > NEAR:
                    lines.append(line)
                write_label(
                    axes,
                    row.text,
                    point=(row.x, row.y),
                    shift=(middle - centres[index]) / pixels,
                    size=size,
                    has_line=gap > NEAR,
                )
                break
    if len(texts) < len(labels):
        note_unnamed(axes, len(labels) - len(texts), pad)


def note_unnamed(axes: Axes, count: int, pad: float | None) -> None:
    """Write above the axes how many points have no room for a name."""
    axes.set_title(
        f"{count} without room for a name",
        loc="right",
        size=9,
        weight="normal",
        color=GREY,
        # Without it matplotlib sets the pad of every title of the axes again.
        pad=pad,
    )


def text_extent(axes: Axes, text: str, size: float) -> Bbox:
    """Return the extent of `text` in pixels, with a small margin."""
    probe = axes.text(0, 0, text, size=size)
    extent = probe.get_window_extent().padded(6, 1)
    probe.remove()
    return extent


def candidates(
    marker: Bbox, extent: Bbox, pixels: float
) -> Iterator[tuple[float, Bbox]]:
    """Yield gaps (in points) and positions (in pixels), the nearest first."""
    size = np.array([extent.width, extent.height])
    middle = (marker.p0 + marker.p1) / 2
    for gap in GAPS:
        distance = (marker.width + size) / 2 + gap * pixels
        for angle in ANGLES:
            corner = middle + distance * (cos(angle), sin(angle)) - size / 2
            yield gap, Bbox([corner, corner + size])


def contains(frame: Bbox, box: Bbox) -> bool:
    """Return whether all of `box` lies in `frame`."""
    return bool((frame.p0 <= box.p0).all() and (box.p1 <= frame.p1).all())


def write_label(
    axes: Axes,
    text: str,
    point: tuple[float, float],
    shift: np.ndarray,
    size: float,
    has_line: bool,
) -> None:
    """Write a label with its middle `shift` points away from its `point`."""
    line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.6}
    label = axes.annotate(
        text,
        point,
        xytext=shift,
        textcoords="offset points",
        ha="center",
        va="center",
        size=size,
        arrowprops=line if has_line else None,
    )
    # The axes keep the size for which the places were found.
    label.set_in_layout(False)
