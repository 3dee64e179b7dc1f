"""Grids of equal panels."""

from math import ceil, sqrt

from matplotlib.axes import Axes
from matplotlib.figure import Figure


def panel_grid(figure: Figure, panels: int, share: bool = True) -> list[Axes]:
    """Return `panels` axes, row by row, none left over; `share`: common scales."""
    columns = min(panels, ceil(sqrt(1.5 * panels)))
    rows = -(-panels // columns)
    columns = -(-panels // rows)
    grid = figure.subplots(rows, columns, sharex=share, sharey=share, squeeze=False)
    for axes in grid.flat[panels:]:
        axes.remove()
    for axes in grid.flat[max(panels - columns, 0) : panels]:
        axes.tick_params(labelbottom=True)
    return list(grid.flat[:panels])
