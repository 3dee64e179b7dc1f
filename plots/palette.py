"""Colours, markers and line styles: Okabe and Ito's palette, safe for the colour
blind. Whatever differs in colour differs in shape or in line style as well."""

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
GREY = "#7F7F7F"
LIGHT_GREY = "#C8C8C8"

OUTCOME_COLORS = {"fail": VERMILION, "partial": SKY, "full": BLUE}
OUTCOME_LINES = {"fail": "--", "partial": "-.", "full": "-"}
SUCCESS_COLORS = {True: BLUE, False: VERMILION}
SUCCESS_LINES = {True: "-", False: "--"}
POPULATION_COLORS = {"all": BLACK, "capability": BLUE}
POPULATION_MARKERS = {"all": "o", "capability": "s"}
# Seven and eleven have no common divisor: the pair differs for 77 models.
MODEL_COLORS = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, BLACK)
MODEL_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "h")
