"""What a figure is, and the sentence that answers its question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

# The report is written without them: they take half a second to import.
if TYPE_CHECKING:
    import matplotlib.figure
    import pandas as pd


class UnknownChoice(Exception):
    """There is nothing with this name to show; the message suggests the nearest."""


class BadPalette(Exception):
    """A palette file cannot be used; the message gives the line and the reason."""


NO_ANSWER = "Nothing is loaded that could answer it."


@dataclass(frozen=True)
class Answer:
    """A query that takes `$source`, and the sentence that its first row completes.

    `item` is filled by every row: `{items}` in the sentence is their list. `more`
    is a second sentence, left out where one of its columns is null.
    """

    query: str
    sentence: str
    item: str = ""
    more: str = ""


class Figure(Protocol):
    """A module of this package, or a variant of one.

    Each query takes `$source`; the first returns no row exactly when there is
    nothing to show. `SIZE` is in inches.
    """

    SIZE: tuple[float, float]
    ANSWER: Answer

    @property
    def QUERIES(self) -> Mapping[str, str]: ...

    def subtitle(self, frames: dict[str, pd.DataFrame]) -> str: ...

    def draw(
        self, frames: dict[str, pd.DataFrame], figure: matplotlib.figure.Figure
    ) -> None: ...


def say(answer: Answer, connection: duckdb.DuckDBPyConnection, source: str) -> str:
    """Return the answer for `source`, in a sentence."""
    result = connection.execute(answer.query, {"source": source})
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    if not rows:
        return NO_ANSWER
    items = [fill(answer.item, row) for row in rows]
    values = rows[0] | {"items": None if None in items else ", ".join(items)}
    sentence = fill(answer.sentence, values)
    if sentence is None:
        return NO_ANSWER
    return " ".join(filter(None, (sentence, fill(answer.more, values))))


def fill(text: str, values: Mapping[str, Any]) -> str | None:
    """Return the text with its values, or nothing if one of them is null."""
    named = (name for _, name, _, _ in Formatter().parse(text) if name)
    if any(values[name] is None for name in named):
        return None
    return text.format_map(values)
