"""The command line of `python -m loaders`."""

import argparse
import os

from common import VERSION
from common.command_line import add_warehouse
from common.names import one_of
from loaders.contract import rules
from loaders.contract.records import RecordRefused
from loaders.contract.table_options import TableOptions
from loaders.formats import FORMATS
from loaders.table import user_options
from loaders.table.presets import PRESETS

_DESCRIPTION = """\
Load files of evaluation runs into the warehouse. A PATH is a file, a folder or a
quoted glob; the format is recognised from a file's content. What cannot be loaded is
kept in the table raw.quarantine, with its line and the reason. `python -m loaders
template` prints an example of a table of attempts, `export DIR` writes every view as
Parquet, `import --marts DIR` imports views that a cluster has built, `names` lists names
that no seed knows, `sources` prints a sources.yml for a dbt project of your own; each
has its own --help.
"""
_EXIT_CODES = """\
exit code: 0 everything was loaded, 1 something was refused or quarantined (the rest
was loaded), 2 wrong usage or nothing could be done.
example: python -m loaders runs/ --db evalhouse.duckdb
"""


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line; options for tables are in `table`."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.table = _table_options(options)
    except ValueError as error:
        parser.error(str(error))
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m loaders", description=_DESCRIPTION, epilog=_EXIT_CODES
    )
    parser.add_argument("--version", action="version", version=f"evalhouse {VERSION}")
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, a folder or a quoted glob"
    )
    parser.add_argument(
        "--format",
        type=one_of(FORMATS),
        metavar="FORMAT",
        help=f"read the files as this format instead of recognising it: {', '.join(FORMATS)}",
    )
    add_warehouse(parser)
    parser.add_argument(
        "--password",
        default=os.environ.get("EVALHOUSE_HAL_PASSWORD"),
        help="of encrypted HAL zips (default: $EVALHOUSE_HAL_PASSWORD, else the one "
        "that the HAL harness publishes)",
    )
    _add_table_options(parser)
    parser.add_argument(
        "--note",
        metavar="TEXT",
        help="a note on these files, shown in load_report and in the report; an "
        "unchanged file keeps its note",
    )
    parser.add_argument(
        "--rehash",
        action="store_true",
        help="read every file, even if its size and times have not changed",
    )
    parser.add_argument(
        "--strict", action="store_true", help="refuse a file if any record is refused"
    )
    parser.add_argument(
        "--require-loaded",
        action="store_true",
        help="exit with 2 if nothing was loaded",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would happen, change nothing"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per file"
    )
    return parser


def _add_table_options(parser: argparse.ArgumentParser) -> None:
    tables = parser.add_argument_group("tables of attempts (CSV, Parquet, JSON)")
    tables.add_argument(
        "--source",
        metavar="NAME",
        help="the name of this data source, as in attempts.source (default: table)",
    )
    tables.add_argument(
        "--columns",
        metavar="OURS=THEIRS,...",
        action="append",
        default=[],
        help="which column is which, if the names do not tell: `score=grade`; "
        "`benchmark:=mine` is the same text for every row, `cost_usd=` uses no column",
    )
    tables.add_argument(
        "--mapping",
        metavar="FILE",
        help="a YAML file that says which column is which, or one that is shipped: "
        f"{', '.join(PRESETS)}",
    )
    tables.add_argument(
        "--score-max",
        metavar="NUMBER",
        type=_positive,
        help="the highest possible score (default: 1)",
    )
    tables.add_argument(
        "--decimal",
        choices=(".", ","),
        help="the decimal sign; the other one then groups thousands (default: a point, "
        "and no commas in numbers)",
    )


def _positive(text: str) -> float:
    try:
        value = rules.number_written("it", text)
    except RecordRefused:
        value = 0.0
    if value <= 0:
        raise argparse.ArgumentTypeError("it is a number above 0")
    return value


def _table_options(options: argparse.Namespace) -> TableOptions:
    """Return the command line's options for tables, or raise ValueError."""
    table = TableOptions(
        source=user_options.checked_source(options.source) if options.source else None,
        score_max=options.score_max,
        decimal=options.decimal,
    )
    table = user_options.with_columns(table, options.columns)
    if options.mapping:
        table = user_options.with_mapping(table, options.mapping)
    return table
