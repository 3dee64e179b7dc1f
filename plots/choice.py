"""The selection that figures show: some agents, models or one benchmark."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from common.names import by_likeness
from plots.figure import UnknownChoice
from plots.render import load_figure
from plots.text import clean, shorten

# Columns of the views that name what one chooses; of a pair both must be chosen.
COLUMNS = {
    "agents": (("agent", "agent_label"), ("agent_a", "agent_b")),
    "models": (("model",), ("model_a", "model_b")),
    "benchmark": (("benchmark",),),
}
KNOWN_QUERY = """
select distinct {column} from evaluations where {column} is not null
order by {column}
"""


@dataclass(frozen=True)
class Choice:
    """The names that are shown; empty: all."""

    agents: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    benchmark: tuple[str, ...] = ()

    @property
    def kinds(self) -> list[str]:
        """What is chosen of."""
        return [kind for kind in COLUMNS if getattr(self, kind)]

    @property
    def text(self) -> str:
        """The choice in words, for a figure's subtitle."""
        return " · ".join(
            f"only {kind} {', '.join(shorten(clean(name), 30) for name in names)}"
            for kind in self.kinds
            if (names := getattr(self, kind))
        )


def narrow(connection: duckdb.DuckDBPyConnection, choice: Choice) -> None:
    """Restrict this connection to the choice, in every view with such a column.

    A temporary view of the same name comes first where a query names it.
    """
    check(connection, choice)
    if not choice.kinds:
        return
    (database,) = connection.execute("select current_database()").fetchall()[0]
    for view, columns in columns_of(connection).items():
        if conditions := conditions_on(columns, choice):
            connection.execute(
                f"create or replace temp view {quoted(view)} as select * "
                f"from {quoted(database)}.main.{quoted(view)} "
                f"where {' and '.join(conditions)}"
            )


def columns_of(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Return the columns of each view of the warehouse."""
    found: dict[str, set[str]] = {}
    rows = connection.execute(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'main' and table_catalog = current_database()"
    ).fetchall()
    for view, column in rows:
        found.setdefault(view, set()).add(column)
    return found


def conditions_on(columns: set[str], choice: Choice) -> list[str]:
    """Return the condition for a row with these columns to be shown."""
    conditions = []
    for kind in choice.kinds:
        names = ", ".join(text(name) for name in getattr(choice, kind))
        either, *pairs = COLUMNS[kind]
        own = [f"{column} in ({names})" for column in either if column in columns]
        if own:
            conditions.append(f"({' or '.join(own)})")
        for pair in pairs:
            if set(pair) <= columns:
                conditions += [f"{column} in ({names})" for column in pair]
    return conditions


def check(connection: duckdb.DuckDBPyConnection, choice: Choice) -> None:
    """Refuse a name without anything loaded."""
    for kind in choice.kinds:
        known: set[str] = set()
        for column in COLUMNS[kind][0]:
            rows = connection.execute(KNOWN_QUERY.format(column=column)).fetchall()
            known |= {row[0] for row in rows}
        for name in getattr(choice, kind):
            if name not in known:
                likely = ", ".join(by_likeness(name, sorted(known))[:3])
                raise UnknownChoice(
                    f"{name}: no such {kind.removesuffix('s')} is loaded. "
                    f"The nearest: {likely or 'there is none'}"
                )


def shows(name: str, choice: Choice, columns: dict[str, set[str]]) -> bool:
    """Return for each kind of choice whether it changes the data of figure `name`."""
    queries = "\n".join(load_figure(name).QUERIES.values())
    views = set(re.findall(r"(?:from|join)\s+(\w+)", queries)) & columns.keys()
    own: set[str] = set().union(*(columns[view] for view in views))
    return all(
        any(set(group) & own for group in COLUMNS[kind]) for kind in choice.kinds
    )


def shown_figures(
    names: Sequence[str],
    is_named: bool,
    choice: Choice,
    connection: duckdb.DuckDBPyConnection,
) -> list[str]:
    """Return the figures that can show the choice; a named figure must be one of them."""
    if not choice.kinds:
        return list(names)
    columns = columns_of(connection)
    fit = [name for name in names if shows(name, choice, columns)]
    others = [name for name in names if name not in fit]
    if is_named and others:
        raise UnknownChoice(
            f"{', '.join(others)}: shows no {' or '.join(choice.kinds)} to choose from"
        )
    return fit


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def choice_of(arguments: argparse.Namespace) -> Choice:
    """Return the choice on the command line."""
    return Choice(
        tuple(dict.fromkeys(arguments.agents)),
        tuple(dict.fromkeys(arguments.models)),
        (arguments.benchmark,) if arguments.benchmark else (),
    )
