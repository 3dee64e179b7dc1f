"""`python -m plots`: figures, or the dashboard's data, from the views."""

if __name__ == "__main__":
    # First, because the other imports take a while.
    from common.faults import end_on_fault
    from common.stopping import end_when_stopped

    end_when_stopped()
    end_on_fault("the warehouse is unchanged")

import argparse
import os
import re
import signal
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import duckdb

from common import VERSION
from common.command_line import add_warehouse
from common.files import drop_parts
from common.names import nearest, one_of
from common.stopping import on_stop
from common.warehouse import first_line, remedied
from plots import FIGURES, FILE_STEMS
from plots.drawing import default_workers, drawing_pool
from plots.export import export
from plots.figure import BadPalette, UnknownChoice
from plots.warehouse import (
    WarehouseUnreadable,
    action_source,
    fetch,
    figure_source,
    hold,
    open_warehouse,
)


class UnknownName(Exception):
    """No figure or source has this name; the message lists the existing ones."""


# Tells the drawing processes, too, where the colours of --palette are.
PALETTE_VARIABLE = "EVALHOUSE_PALETTE"
REFUSALS = (UnknownName, UnknownChoice, BadPalette, WarehouseUnreadable)
COMMANDS = {
    "draw": "draw every figure, or those named",
    "report": "write everything as one page",
    "export": "write the dashboard's data file",
}


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line; without a command it is `draw`."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] not in [
        [command] for command in (*COMMANDS, "-h", "--help", "--version")
    ]:
        given = ["draw", *given]
    arguments = command_line().parse_args(given)
    if arguments.command == "draw" and arguments.jobs < 1:
        raise SystemExit(usage_error("--jobs takes a number above zero"))
    return arguments


def usage_error(message: str) -> int:
    """Print why the command line cannot be read, and return the exit code."""
    print(f"python -m plots: error: {message}", file=sys.stderr)
    return 2


def command_line() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    parser = argparse.ArgumentParser(
        prog="python -m plots",
        description="Draw figures from the views, or write the report.",
        epilog="example: python -m plots report --out report.html\n"
        "`draw` may be left out: python -m plots time_horizons --out figures",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"evalhouse {VERSION}")
    warehouse = argparse.ArgumentParser(add_help=False)
    add_warehouse(warehouse, Path)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, example: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            parents=[warehouse],
            help=COMMANDS[name],
            description=f"{COMMANDS[name].capitalize()}.",
            epilog=f"example: python -m plots {example}",
        )

    draw = command("draw", "accuracy_against_cost --source hal --format svg")
    add_draw_options(draw)
    report = command("report", "report --out report.html")
    report.add_argument(
        "--out",
        type=Path,
        default=Path("report.html"),
        metavar="FILE",
        help="where to write (default: report.html)",
    )
    export = command("export", "export viz_data.json --source metr")
    export.add_argument("out", type=Path, metavar="FILE", help="where to write")
    export.add_argument(
        "--source",
        metavar="NAME",
        help="the data source to export (default: metr, or the largest)",
    )
    report.set_defaults(source=None)
    return parser


def add_draw_options(draw: argparse.ArgumentParser) -> None:
    """Add the options of `draw`."""
    draw.add_argument("names", nargs="*", metavar="NAME", help="see --list")
    draw.add_argument(
        "--list", action="store_true", help="print the figures' names and questions"
    )
    draw.add_argument(
        "--out",
        type=Path,
        default=Path("figures"),
        metavar="DIR",
        help="folder to write to (default: figures)",
    )
    draw.add_argument(
        "--format",
        type=one_of(["png", "svg"]),
        metavar="FORMAT",
        default="png",
        help="png or svg (default: png)",
    )
    draw.add_argument(
        "--source",
        metavar="NAME",
        help="the data source to draw, for example metr_horizon (default: metr for "
        "attempts, hal for leaderboards, or the largest where these are absent)",
    )
    add_choices(draw)
    draw.add_argument(
        "--jobs",
        type=int,
        default=default_workers(),
        metavar="N",
        help="how many to draw at once (default: one for each core, at most 8)",
    )


def add_choices(draw: argparse.ArgumentParser) -> None:
    """Add the options for what figures show and how they look."""
    for kind, noun in (("agents", "agent"), ("models", "model")):
        draw.add_argument(
            f"--{kind}",
            nargs="+",
            action="extend",
            default=[],
            metavar=noun.upper(),
            help=f"only these, in every figure that shows {kind}",
        )
    draw.add_argument("--benchmark", metavar="NAME", help="only this benchmark")
    draw.add_argument(
        "--order",
        type=one_of(["rate", "name", "n"]),
        metavar="ORDER",
        help="sort the rows of figures with one agent or model a row: by rate, name "
        "or n",
    )
    draw.add_argument(
        "--palette",
        metavar="FILE",
        help="a file of colours, a line name,#rrggbb for each; a name is one of "
        "plots/palette.py or a model",
    )
    draw.add_argument(
        "--size",
        type=inches,
        metavar="WIDTHxHEIGHT",
        help="in inches, as in 6.5x4 (default: each figure's own)",
    )
    draw.add_argument(
        "--title",
        metavar="TEXT",
        help="another title; `none` leaves out title and subtitle",
    )


def inches(text: str) -> tuple[float, float]:
    """Return width and height of `6.5x4`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)", text)
    if not match or not all(1 <= float(side) <= 100 for side in match.groups()):
        raise argparse.ArgumentTypeError(
            f"{text}: write WIDTHxHEIGHT in inches, from 1 to 100, as in 6.5x4"
        )
    return float(match[1]), float(match[2])


def chosen_figures(names: Sequence[str]) -> list[str]:
    """Return the figures that `names` (with or without number) ask for."""
    by_stem = {stem: name for name, stem in FILE_STEMS.items()}
    figures = [by_stem.get(name, name) for name in names] or list(FIGURES)
    for name in figures:
        if name in COMMANDS:
            raise UnknownName(
                f"{name} is a command and comes first: python -m plots {name}"
            )
        if name not in FIGURES:
            raise UnknownName(
                f"{name}: no such figure. Did you mean {nearest(name, [*FIGURES, *COMMANDS])}? "
                f"There are: {', '.join(FIGURES)}"
            )
    return figures


def check_source(connection: duckdb.DuckDBPyConnection, source: str | None) -> None:
    """Refuse a source without anything loaded."""
    if source is None:
        return
    rows = connection.execute("from source_totals select source order by all")
    loaded = [name for (name,) in rows.fetchall()]
    if source not in loaded:
        known = ", ".join(loaded) or "none at all"
        hint = f"Did you mean {nearest(source, loaded)}? " if loaded else ""
        raise UnknownName(
            f"{source}: no such source is loaded. {hint}There are: {known}"
        )


def run(arguments: argparse.Namespace) -> int:
    """Write the requested output, print each written path, return the exit code."""
    if arguments.command == "draw":
        return draw(arguments)
    with open_warehouse(arguments.db) as connection:
        check_source(connection, arguments.source)
        if arguments.command == "export":
            source = arguments.source or action_source(connection)
            export(connection, source, arguments.out)
        else:
            # Imported here: nothing else needs the charting library.
            from plots.report.page import write_report

            write_report(connection, arguments.out)
    print(arguments.out)
    return 0


def draw(arguments: argparse.Namespace) -> int:
    """Draw the requested figures, print their paths, return the exit code."""
    figures = chosen_figures(arguments.names)
    if arguments.palette:
        # Here and in the processes that draw, before anything has a colour.
        os.environ[PALETTE_VARIABLE] = os.path.abspath(arguments.palette)
        from plots.palette import read_palette

        colors = read_palette(arguments.palette)
    with open_warehouse(arguments.db) as connection:
        check_source(connection, arguments.source)
        if arguments.palette:
            say_strangers(colors, arguments.palette, connection)
        figures = narrowed(figures, arguments, connection)
        arguments.out.mkdir(parents=True, exist_ok=True)
        on_stop(partial(drop_parts, arguments.out))
        with drawing_pool(min(arguments.jobs, len(figures))) as pool:
            # One connection reads for all figures, so that a refresh cannot mix two
            # warehouses.
            hold_views(connection, figures, arguments)
            drawings = {
                name: start_drawing(name, connection, arguments, pool)
                for name in figures
            }
            return print_results(drawings, arguments.db)


def say_strangers(
    names: Iterable[str], path: str, connection: duckdb.DuckDBPyConnection
) -> None:
    """Print which names of a palette no figure can use."""
    from plots.palette import HOUSE_COLORS

    rows = connection.execute("select distinct model from evaluations").fetchall()
    known = [*HOUSE_COLORS, *sorted(model for (model,) in rows if model)]
    for name in names:
        if name not in known:
            print(
                f"{path}: {name}: no colour of plots/palette.py and no model that is "
                f"loaded. Did you mean {nearest(name, known)}?",
                file=sys.stderr,
            )


def hold_views(
    connection: duckdb.DuckDBPyConnection,
    figures: list[str],
    arguments: argparse.Namespace,
) -> None:
    """Read each view once, unless a choice has replaced it."""
    if arguments.agents or arguments.models or arguments.benchmark:
        return
    # Imported here: --help and --list need no matplotlib.
    from plots.render import load_figure

    try:
        hold(
            connection,
            [query for name in figures for query in load_figure(name).QUERIES.values()],
        )
    except duckdb.Error:
        # Reported for the figures that lack it.
        return


def narrowed(
    figures: list[str],
    arguments: argparse.Namespace,
    connection: duckdb.DuckDBPyConnection,
) -> list[str]:
    """Restrict the connection to the choice; return the figures that can show it."""
    chosen = (arguments.agents, arguments.models, arguments.benchmark, arguments.order)
    if not any(chosen):
        return figures
    # Imported here: --help and --list need no matplotlib.
    from plots.choice import choice_of, narrow, shown_figures
    from plots.render import load_figure

    choice = choice_of(arguments)
    narrow(connection, choice)
    figures = shown_figures(figures, bool(arguments.names), choice, connection)
    if arguments.order:
        fixed = [name for name in figures if not hasattr(load_figure(name), "ORDERS")]
        if arguments.names and fixed:
            raise UnknownName(f"{', '.join(fixed)}: has no rows to put in order")
        figures = [name for name in figures if name not in fixed]
    return figures


def start_drawing(
    name: str,
    connection: duckdb.DuckDBPyConnection,
    arguments: argparse.Namespace,
    pool: Executor,
) -> Future[Path]:
    """Read the data of figure `name` and submit it for drawing; the result is its path."""
    # Imported here: --help and --list need no matplotlib.
    from plots.choice import choice_of
    from plots.render import Look, load_figure, render

    path = arguments.out / f"{FILE_STEMS[name]}.{arguments.format}"
    try:
        source = arguments.source or figure_source(connection, name)
        frames = fetch(connection, load_figure(name).QUERIES, source)
        title = "" if arguments.title == "none" else arguments.title
        look = Look(arguments.size, title, arguments.order, choice_of(arguments).text)
        return pool.submit(render, name, frames, source, path, look)
    except (duckdb.Error, BrokenProcessPool) as error:
        failed: Future[Path] = Future()
        failed.set_exception(error)
        return failed


def print_results(drawings: dict[str, Future[Path]], warehouse: Path) -> int:
    """Print each figure's path, and each error of the others once."""
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
        # Figures lack different views, but the advice is the same.
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
    first = first_line(error)
    if known := remedied(error):
        return f"{warehouse}: {known}."
    match error:
        case _ if is_missing(error):
            return (
                f"{warehouse}: the views are missing, or older than these figures: "
                f"{first} Refresh them: dbt build."
            )
        case duckdb.Error():
            return (
                f"{warehouse}: a view cannot be computed: {first} "
                "See what is odd in the data: from data_findings."
            )
        case OSError():
            return f"cannot write: {error}. Choose another path."
        case BrokenProcessPool():
            return "a process that draws has ended; there may be too little memory. Try --jobs 1."
        case UnknownName() | WarehouseUnreadable() | UnknownChoice() | BadPalette():
            return str(error)
    return f"a mistake in how a figure is drawn: {type(error).__name__}: {first}."


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit code: 0 all written, 1 some figures, 2 nothing."""
    arguments = parse_arguments(argv)
    if arguments.command == "draw" and arguments.list:
        for name, question in FIGURES.items():
            print(f"{name:<34} {question}")
        return 0
    try:
        code = run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # `| head` has read enough.
        forget_output()
        return 128 + signal.SIGPIPE
    except (*REFUSALS, duckdb.Error, OSError) as error:
        print(explain(error, arguments.db), file=sys.stderr)
        if isinstance(error, OSError) and not error.filename:
            forget_output()
        return 2


def forget_output() -> None:
    """Discard unprinted output, or Python would try again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    sys.exit(main())
