"""`python -m plots`: figures, or the dashboard's data, from the views."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

from plots import FIGURES, FILE_STEMS
from plots.export import export
from plots.warehouse import (
    WarehouseUnreadable,
    action_source,
    default_path,
    figure_source,
    open_warehouse,
)


class UnknownFigure(Exception):
    """No figure has this name; the message lists those that exist."""


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line, taken apart."""
    parser = argparse.ArgumentParser(
        prog="python -m plots",
        usage=(
            "python -m plots [NAME ...] [--list] [--out DIR] [--format png|svg]"
            " [--source NAME] [--db FILE]\n       python -m plots export FILE [--db FILE]"
            "\n       python -m plots report [--out report.html] [--db FILE]"
        ),
        description=(
            "Draw every figure, or those named, from the views; or export the "
            "dashboard's data file (viz_data.json); or write everything as one page."
        ),
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="see --list")
    parser.add_argument(
        "--list", action="store_true", help="print the figures' names and questions"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="folder for the figures (default: figures), file for the report "
        "(default: report.html)",
    )
    parser.add_argument("--format", choices=["png", "svg"], default="png")
    parser.add_argument(
        "--source",
        metavar="NAME",
        help="what to draw, for example metr_horizon (default: the largest that can answer)",
    )
    parser.add_argument(
        "--db",
        type=Path,
        default=default_path(),
        metavar="FILE",
        help="warehouse (default: EVALHOUSE_DB, else evalhouse.duckdb)",
    )
    arguments = parser.parse_args(argv)
    arguments.export_to = None
    arguments.is_report = arguments.names == ["report"]
    arguments.out = arguments.out or Path(
        "report.html" if arguments.is_report else "figures"
    )
    if arguments.names[:1] == ["export"]:
        if len(arguments.names) != 2:
            parser.error("export takes one FILE, for example viz_data.json")
        arguments.export_to = Path(arguments.names[1])
    return arguments


def chosen_figures(names: Sequence[str]) -> list[str]:
    """Return the figures that `names` (with or without number) ask for."""
    by_stem = {stem: name for name, stem in FILE_STEMS.items()}
    figures = [by_stem.get(name, name) for name in names] or list(FIGURES)
    for name in figures:
        if name not in FIGURES:
            raise UnknownFigure(
                f"{name}: no such figure. There are: {', '.join(FIGURES)}"
            )
    return figures


def run(arguments: argparse.Namespace) -> None:
    """Write what the arguments ask for and print each written path."""
    draws = not arguments.export_to and not arguments.is_report
    figures = chosen_figures(arguments.names) if draws else []
    with open_warehouse(arguments.db) as connection:
        if arguments.export_to:
            source = arguments.source or action_source(connection)
            export(connection, source, arguments.export_to)
            print(arguments.export_to)
            return
        if arguments.is_report:
            # Imported here: nothing else needs the charting library.
            from plots.report.page import write_report

            write_report(connection, arguments.out)
            print(arguments.out)
            return
        # Imported here: --help and --list need no matplotlib.
        from plots.render import render

        arguments.out.mkdir(parents=True, exist_ok=True)
        for name in figures:
            path = arguments.out / f"{FILE_STEMS[name]}.{arguments.format}"
            source = arguments.source or figure_source(connection, name)
            render(name, connection, source, path)
            print(path)


def first_line(error: duckdb.Error) -> str:
    """Return what went wrong, without DuckDB's excerpt of the query."""
    return str(error).splitlines()[0]


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit code: 0 all written, 2 nothing could be done."""
    arguments = parse_arguments(argv)
    if arguments.list:
        for name, question in FIGURES.items():
            print(f"{name:<34} {question}")
        return 0
    try:
        run(arguments)
    except (UnknownFigure, WarehouseUnreadable) as error:
        message = str(error)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        message = (
            f"{arguments.db}: the views are missing, or older than these figures: "
            f"{first_line(error)} Refresh them: dbt build"
        )
    except duckdb.Error as error:
        message = (
            f"{arguments.db}: a view cannot be computed: {first_line(error)} "
            "See what is odd in the data: from data_findings"
        )
    except OSError as error:
        message = f"cannot write: {error}. Name another place."
    else:
        return 0
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
