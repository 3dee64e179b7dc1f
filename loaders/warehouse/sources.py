"""`python -m loaders sources`: the views as sources for your own dbt project."""

import argparse
import json
import sys

import duckdb

from common.command_line import add_warehouse
from common.names import printable
from common.warehouse import explained
from loaders.warehouse.export import (
    CannotRead,
    columns,
    open_views,
    views,
)

_HEADER = """\
# Written by `python -m loaders sources`; write it again after a new version.
version: 2
sources:
  - name: evalhouse
    database: {database}
    schema: main
    tables:
"""


def sources(connection: duckdb.DuckDBPyConnection, database: str) -> str:
    """Return the sources.yml of all views, with their columns."""
    lines = [_HEADER.format(database=_text(database))]
    for name, comment in views(connection).items():
        lines.append(f"      - name: {_text(name)}\n")
        lines.append(f"        description: {_text(comment)}\n        columns:\n")
        for column, type_, meaning in columns(connection, name):
            lines.append(f"          - name: {_text(column)}\n")
            lines.append(f"            data_type: {_text(type_.lower())}\n")
            lines.append(f"            description: {_text(meaning)}\n")
    return "".join(lines)


def _text(value: str) -> str:
    """Return a text as YAML that dbt does not read as Jinja."""
    return json.dumps(value.replace("{{", "{ {").replace("{%", "{ %"))


def main(arguments: list[str]) -> int:
    """Print the sources.yml; 0 printed, 2 not."""
    parser = argparse.ArgumentParser(
        prog="python -m loaders sources",
        description="Print a sources.yml of the views, for a dbt project that attaches "
        "the warehouse.",
        epilog="example: python -m loaders sources > ../my_project/models/evalhouse.yml",
    )
    parser.add_argument(
        "--database",
        metavar="NAME",
        default="evalhouse",
        help="the name that the project attaches it by (default: evalhouse)",
    )
    add_warehouse(parser)
    options = parser.parse_args(arguments)
    try:
        with open_views(options.db) as connection:
            print(sources(connection, options.database), end="")
    except (CannotRead, duckdb.Error, MemoryError) as error:
        print(printable(explained(error)), file=sys.stderr)
        return 2
    return 0
