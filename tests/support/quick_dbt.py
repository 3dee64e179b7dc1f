"""Importing this makes dbt do the same in less time, above all in its unit tests.

dbt calls six macros for each cell of a fixture, asks again for the columns of a table with
each fixture of it, and reads a whole query, token by token, to find the WITH that it
begins with.
"""

import re
from typing import Any

import dbt.compilation
from dbt.adapters.base.relation import BaseRelation
from dbt.adapters.duckdb.impl import DuckDBAdapter
from dbt.clients.jinja import MacroGenerator
from dbt.flags import get_flags
from sqlparse import sql, tokens

# What these macros of dbt write.
WRITERS = {
    "macro.dbt.safe_cast": lambda field, type: f"cast({field} as {type})",
    "macro.dbt.string_literal": lambda value: f"'{value}'",
    "macro.dbt.escape_single_quotes": lambda text: str(text).replace("'", "''"),
}
BEGINNING = re.compile(
    r"(?P<comments>(?:\s|--[^\n]*\n|/\*.*?\*/)*)"
    r"(?P<with>with)(?P<space>\s+)(?:(?P<recursive>recursive)(?P<more>\s+))?",
    re.IGNORECASE | re.DOTALL,
)

call_macro = MacroGenerator.__call__
ask_for_columns = DuckDBAdapter.get_columns_in_relation
known_columns: dict[str, list] = {}


def call(macro: MacroGenerator, *arguments: Any, **named: Any) -> Any:
    """Write a value by itself, unless the project has a macro of its own for that."""
    writer = WRITERS.get(macro.macro.unique_id)
    if not writer or f"duckdb__{macro.macro.name}" in macro.context:
        return call_macro(macro, *arguments, **named)
    return writer(*arguments, **named)


def columns(adapter: DuckDBAdapter, relation: BaseRelation) -> list:
    """Ask once for the columns of what `dbt test` cannot change."""
    if get_flags().WHICH != "test" or not relation.database:  # of a temporary table
        return ask_for_columns(adapter, relation)
    name = relation.render()
    if name not in known_columns:
        known_columns[name] = ask_for_columns(adapter, relation)
    return list(known_columns[name])


def parse(text: str) -> list[sql.Statement]:
    """Return a query as a WITH that it begins with, and one token of all that follows."""
    begins = BEGINNING.match(text)
    if not begins:
        return [sql.Statement([sql.Token(tokens.Text, text)])]
    kinds = {"with": tokens.Keyword, "recursive": tokens.Keyword}
    parts = [
        sql.Token(kinds.get(name, tokens.Whitespace), part)
        for name, part in begins.groupdict().items()
        if part
    ]
    return [sql.Statement([*parts, sql.Token(tokens.Text, text[begins.end() :])])]


MacroGenerator.__call__ = call
DuckDBAdapter.get_columns_in_relation = columns
dbt.compilation.sqlparse.parse = parse
