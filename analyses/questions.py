"""The questions, with their settings and SQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import jinja2

from common.names import by_likeness

FOLDER = Path(__file__).parent
# What a choice can be, where the views say it.
VALUES = {
    "success_rule": "select distinct success_rule from attempt_successes",
    "population": "select distinct population from outcome_shares",
    "basis": "select distinct basis from model_win_rates",
    "coverage": "select distinct coverage from model_win_rates",
    "repeats": "select distinct repeats from model_win_rates",
    "x_metric": "select distinct x_metric from pareto_frontier",
    "weighting": "select distinct weighting from time_horizons",
    "regularisation": "select distinct regularisation from time_horizons",
    "grain": "select distinct grain from action_delta_summary",
}


# Longer lists are cut to the likely.
MOST_LISTED = 30


class Refused(Exception):
    """What was asked for cannot be answered; the message says why and what to do."""


@dataclass(frozen=True)
class Question:
    """One analysis: its SQL with the choices put in; `usual` is what they are unless
    set, where `headline` is each source's own."""

    name: str
    text: str
    sql: str
    choices: dict[str, str]
    usual: dict[str, str] = field(default_factory=dict)


def names() -> list[str]:
    """Return the names of all questions."""
    return sorted(path.stem for path in FOLDER.glob("*.sql"))


def question_of(name: str) -> str:
    """Return the question that an analysis answers: the first line of its file."""
    with open(FOLDER / f"{name}.sql", encoding="utf-8") as file:
        return file.readline().removeprefix("--").strip()


def unknown(what: str, name: str, known: list[str]) -> Refused:
    """Return the refusal of a name that is not known, with the nearest."""
    if not known:
        return Refused(f"{name}: no such {what}; there is none here")
    likely = by_likeness(name, known)
    is_long = len(known) > MOST_LISTED
    rest = (
        f"The next are: {', '.join(likely[1:5])} (of {len(known)})"
        if is_long
        else f"There are: {', '.join(known)}"
    )
    return Refused(f"{name}: no such {what}. Did you mean {likely[0]}? {rest}")


def ask(name: str, settings: Mapping[str, str]) -> Question:
    """Return a question with `settings` in the place of what its SQL chooses."""
    if name not in names():
        raise unknown("question", name, [*names(), "compare"])
    choices: dict[str, str] = {}
    usual: dict[str, str] = {}

    def var(choice: str, default: str | float) -> str:
        usual[choice] = str(default)
        value = settings.get(choice, str(default))
        if not isinstance(default, str):
            try:
                value = repr(float(value))
            except ValueError:
                raise Refused(f"--set {choice}={value}: not a number") from None
        choices[choice] = value
        # It goes between quotes, or is a number.
        return value.replace("'", "''")

    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    sql = environment.from_string(text).render(ref=str, var=var)
    for choice in settings:
        if choice not in choices:
            raise unknown(f"choice of {name}", choice, sorted(choices))
    return Question(name, question_of(name), sql, choices, usual)


def parse_setting(text: str) -> tuple[str, str]:
    """Return the name and the value of `name=value`."""
    match = re.fullmatch(r"\s*(\w+)\s*=\s*(.*?)\s*", text)
    if not match or not match[2]:
        raise Refused(f"--set {text}: write name=value, as in success_rule=half_credit")
    return match[1], match[2]
