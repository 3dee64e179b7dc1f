"""`python -m plots`: figures, or the dashboard's data, from the views."""

if __name__ == "__main__":
    # At once, for the rest takes a while to import.
    from common.stopping import end_when_stopped

    end_when_stopped()

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import duckdb

from common.files import drop_parts
from common.stopping import on_stop
from plots import FIGURES, FILE_STEMS
from plots.drawing import default_workers, drawing_pool
from plots.export import export
from plots.warehouse import (
    WarehouseUnreadable,
    action_source,
    default_path,
    fetch,
    figure_source,
    open_warehouse,
)


class UnknownName(Exception):
    """No figure or source has this name; the message lists those that exist."""


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line, taken apart."""
    parser = argparse.ArgumentParser(
        prog="python -m plots",
        usage=(
            "python -m plots [NAME ...] [--list] [--out DIR] [--format png|svg]"
            " [--source NAME] [--jobs N] [--db FILE]\n       python -m plots export FILE [--db FILE]"
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
    parser.add_argument(
        "--format", choices=["png", "svg"], help="of the figures (default: png)"
    )
    parser.add_argument(
        "--source",
        metavar="NAME",
        help="what to draw, for example metr_horizon (default: metr for attempts, hal "
        "for leaderboards; where they are absent the largest)",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=default_workers(),
        metavar="N",
        help="how many to draw at once (default: one for each core, at most 8)",
    )
    parser.add_argument(
        "--db",
        type=Path,
        default=default_path(),
        metavar="FILE",
        help="warehouse (default: EVALHOUSE_DB, else evalhouse.duckdb)",
    )
    arguments = parser.parse_args(argv)
    if arguments.jobs < 1:
        parser.error("--jobs takes a number above zero")
    arguments.export_to = None
    arguments.is_report = arguments.names[:1] == ["report"]
    if arguments.is_report and len(arguments.names) > 1:
        parser.error("report takes no NAME: it holds everything")
    if arguments.is_report and (arguments.source or arguments.format):
        parser.error("report takes no --source and no --format: it holds everything")
    arguments.format = arguments.format or "png"
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
            raise UnknownName(
                f"{name}: no such figure. There are: {', '.join(FIGURES)}"
            )
    return figures


def check_source(connection: duckdb.DuckDBPyConnection, source: str | None) -> None:
    """Refuse a source of which nothing is loaded."""
    if source is None:
        return
    rows = connection.execute("from source_totals select source order by all")
    loaded = [name for (name,) in rows.fetchall()]
    if source not in loaded:
        known = ", ".join(loaded) or "none at all"
        raise UnknownName(f"{source}: no such source is loaded. There are: {known}")


def run(arguments: argparse.Namespace) -> int:
    """Write what the arguments ask for, print each written path, return the exit code."""
    draws = not arguments.export_to and not arguments.is_report
    figures = chosen_figures(arguments.names) if draws else []
    with open_warehouse(arguments.db) as connection:
        check_source(connection, arguments.source)
        if arguments.export_to:
            source = arguments.source or action_source(connection)
            export(connection, source, arguments.export_to)
            print(arguments.export_to)
            return 0
        if arguments.is_report:
            # Imported here: nothing else needs the charting library.
            from plots.report.page import write_report

            write_report(connection, arguments.out)
            print(arguments.out)
            return 0
        arguments.out.mkdir(parents=True, exist_ok=True)
        on_stop(partial(drop_parts, arguments.out))
        with drawing_pool(min(arguments.jobs, len(figures))) as pool:
            # One connection reads for all figures: a refresh meanwhile cannot mix
            # two warehouses.
            drawings = {
                name: start_drawing(name, connection, arguments, pool)
                for name in figures
            }
            return print_results(drawings, arguments.db)


def start_drawing(
    name: str,
    connection: duckdb.DuckDBPyConnection,
    arguments: argparse.Namespace,
    pool: Executor,
) -> Future[Path]:
    """Read what figure `name` shows and have it drawn; the result is its path."""
    # Imported here: --help and --list need no matplotlib.
    from plots.render import load_figure, render

    path = arguments.out / f"{FILE_STEMS[name]}.{arguments.format}"
    try:
        source = arguments.source or figure_source(connection, name)
        frames = fetch(connection, load_figure(name).QUERIES, source)
        return pool.submit(render, name, frames, source, path)
    except (duckdb.Error, BrokenProcessPool) as error:
        failed: Future[Path] = Future()
        failed.set_exception(error)
        return failed


def print_results(drawings: dict[str, Future[Path]], warehouse: Path) -> int:
    """Print each figure's path, and once what kept others from being drawn."""
    errors = {}
    for name, drawing in drawings.items():
        if error := drawing.exception():
            errors[name] = error
        else:
            print(drawing.result(), flush=True)
    reasons: dict[str, list[str]] = {}
    for name, error in errors.items():
        reasons.setdefault(explain(error, warehouse), []).append(name)
    is_nothing_drawn = len(errors) == len(drawings)
    if is_nothing_drawn and all(map(is_missing, errors.values())):
        # Which view is missed first differs; what to do does not.
        reasons = {next(iter(reasons)): list(errors)}
    for reason, names in reasons.items():
        print(f"{reason} Not drawn: {', '.join(names)}", file=sys.stderr)
    if is_nothing_drawn:
        return 2
    return 1 if errors else 0


def is_missing(error: BaseException) -> bool:
    """Return whether a view, or a column of one, is not there."""
    return isinstance(error, duckdb.CatalogException | duckdb.BinderException)


def explain(error: BaseException, warehouse: Path) -> str:
    """Return what went wrong and what to do about it."""
    # Without DuckDB's excerpt of the query.
    first_line = next(iter(str(error).splitlines()), "")
    match error:
        case _ if is_missing(error):
            return (
                f"{warehouse}: the views are missing, or older than these figures: "
                f"{first_line} Refresh them: dbt build."
            )
        case duckdb.Error():
            return (
                f"{warehouse}: a view cannot be computed: {first_line} "
                "See what is odd in the data: from data_findings."
            )
        case OSError():
            return f"cannot write: {error}. Name another place."
        case BrokenProcessPool():
            return "a process that draws has ended, perhaps for want of memory. Try --jobs 1."
        case UnknownName() | WarehouseUnreadable():
            return str(error)
    return f"a mistake in how a figure is drawn: {type(error).__name__}: {first_line}."


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit code: 0 all written, 1 some figures, 2 nothing."""
    arguments = parse_arguments(argv)
    if arguments.list:
        for name, question in FIGURES.items():
            print(f"{name:<34} {question}")
        return 0
    try:
        return run(arguments)
    except (UnknownName, WarehouseUnreadable, duckdb.Error, OSError) as error:
        print(explain(error, arguments.db), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
