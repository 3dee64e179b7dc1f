"""Importing this lets dbt do once what it would do again for each node of a run.

What it executes and what comes out stay the same.
"""

import functools
import gc
import re
from typing import Any

import dbt.compilation
import sqlparse
import sqlparse.engine.grouping
from dbt.adapters.duckdb.impl import DuckDBAdapter
from dbt.clients.jinja import MacroGenerator
from dbt.flags import get_flags
from dbt_common.clients.jinja import MacroFuzzEnvironment

# Up to the first WITH, which is all that dbt looks for.
WITH = re.compile(
    r"(?:\s+|--[^\n]*\n|/\*.*?\*/)*with\s+(?:recursive\s+)?",
    re.IGNORECASE | re.DOTALL,
)


class FirstWords:
    """sqlparse, for dbt's look at a query: what follows the first WITH is one token.

    To split it into words, and to group them, was a quarter of the time of a unit test.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlparse, name)

    @staticmethod
    def parse(sql: str) -> tuple[sqlparse.sql.Statement, ...]:
        found = WITH.match(sql)
        if not found:
            return sqlparse.parse(sql)
        (statement,) = sqlparse.parse(found[0])
        rest = sqlparse.sql.Token(sqlparse.tokens.Text, sql[found.end() :])
        statement.tokens.append(rest)
        return (statement,)


def described_once(describe: Any) -> Any:
    """Return `describe`, which is not asked twice of a relation in a run of tests.

    Each unit test asks of all that its model reads; DuckDB plans a view for that. Only a
    temporary relation is made in such a run.
    """
    known: dict[str, list] = {}

    @functools.wraps(describe)
    def columns(self: DuckDBAdapter, relation: Any) -> list:
        name = relation.render()
        if get_flags().WHICH != "test" or "__dbt_tmp" in name:
            return describe(self, relation)
        if name not in known:
            known[name] = describe(self, relation)
        return known[name]

    return columns


def compiled_once(compile_: Any) -> Any:
    """Return `compile_`, which compiles a template once, as that of a kind of data test.

    All environments of a class have the same extensions and filters.
    """
    known: dict[tuple, Any] = {}

    @functools.wraps(compile_)
    def compiled(self: MacroFuzzEnvironment, source: Any, *options: Any) -> Any:
        key = (type(self), source, options)
        if not isinstance(source, str):
            return compile_(self, source, *options)
        if key not in known:
            known[key] = compile_(self, source, *options)
        return known[key]

    return compiled


def macro_generator(
    self: MacroGenerator, macro: Any, context: Any = None, node: Any = None, stack=None
) -> None:
    """What MacroGenerator's three classes begin with, for each of a thousand macros."""
    self.macro, self.context, self.node, self.stack = macro, context, node, stack


sqlparse.engine.grouping.group = lambda statement: statement
dbt.compilation.sqlparse = FirstWords()
DuckDBAdapter.get_columns_in_relation = described_once(
    DuckDBAdapter.get_columns_in_relation
)
MacroFuzzEnvironment.compile = compiled_once(MacroFuzzEnvironment.compile)
MacroGenerator.__init__ = macro_generator
# Nearly all that a run makes is kept to its end, and was looked through for garbage.
gc.set_threshold(100_000, 50, 50)
