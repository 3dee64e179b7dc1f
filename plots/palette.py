"""Colours, markers and line styles: Okabe and Ito's palette, safe for the colour
blind. Whatever differs in colour differs in shape or in line style as well.

A file that $EVALHOUSE_PALETTE names (`--palette`) has other colours: a line per colour,
`name,#rrggbb`, by the names below or those of models.
"""

import colorsys
import csv
import os
import re

from plots.figure import BadPalette

PALETTE_VARIABLE = "EVALHOUSE_PALETTE"
HOUSE_COLORS = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "grey": "#7F7F7F",
    "light_grey": "#C8C8C8",
}


def read_palette(path: str) -> dict[str, str]:
    """Return the colours of a file by their names."""
    colors = {}
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeError) as error:
        raise BadPalette(f"{path}: cannot be read: {error}") from error
    for number, row in enumerate(rows, start=1):
        if not row or row[0].startswith("#") or row == ["name", "color"]:
            continue
        if len(row) != 2 or not re.fullmatch(r"#[0-9A-Fa-f]{6}", row[1].strip()):
            raise BadPalette(
                f"{path}:{number}: {','.join(row)}: write name,#rrggbb, by the names "
                f"{', '.join(HOUSE_COLORS)} or those of models"
            )
        colors[row[0].strip()] = row[1].strip()
    return colors


OWN_COLORS = (
    read_palette(os.environ[PALETTE_VARIABLE])
    if os.environ.get(PALETTE_VARIABLE)
    else {}
)
_COLORS = HOUSE_COLORS | OWN_COLORS
BLACK = _COLORS["black"]
ORANGE = _COLORS["orange"]
SKY = _COLORS["sky"]
BLUE = _COLORS["blue"]
VERMILION = _COLORS["vermilion"]
GREEN = _COLORS["green"]
PURPLE = _COLORS["purple"]
GREY = _COLORS["grey"]
LIGHT_GREY = _COLORS["light_grey"]

OUTCOME_COLORS = {"fail": VERMILION, "partial": SKY, "full": BLUE}
OUTCOME_LINES = {"fail": "--", "partial": "-.", "full": "-"}
SUCCESS_COLORS = {True: BLUE, False: VERMILION}
SUCCESS_LINES = {True: "-", False: "--"}
POPULATION_COLORS = {"all": BLACK, "capability": BLUE}
POPULATION_MARKERS = {"all": "o", "capability": "s"}
MODEL_COLORS = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, BLACK)
MODEL_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "h")


def model_color(place: int, name: str | None = None) -> str:
    """Return the colour of a model by its place, no colour twice.

    After the house's seven, hues that are as far apart as the golden angle, darker and
    lighter in turn; a palette file can name the model itself.
    """
    if name in OWN_COLORS:
        return OWN_COLORS[name]
    if place < len(MODEL_COLORS):
        return MODEL_COLORS[place]
    hue = (0.08 + 0.381966 * (place - len(MODEL_COLORS))) % 1
    lightness = (0.30, 0.62, 0.45)[place % 3]
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.75)
    return f"#{round(255 * red):02X}{round(255 * green):02X}{round(255 * blue):02X}"
