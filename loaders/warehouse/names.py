"""Names that no seed knows, as the CSV lines to add: `python -m loaders names`."""

import argparse
import csv
import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from common.command_line import add_warehouse
from common.files import written_whole
from common.names import likely, printable
from common.warehouse import first_line, open_read_only, remedied

_ROOT = Path(__file__).resolve().parents[2]
_DESCRIPTION = """\
Print, for what is loaded and no seed knows, the CSV lines to add, each with the nearest
name that is known. A name is kept as it is in them: write the nearest in its place if
they are one. Lines belong into seeds/, or into local/ with the same columns, which git
does not track; those of local/ go before the seed's own.
"""
_EXAMPLE = """\
example: python -m loaders names --write && dbt build
(a file that is called `names` is loaded by `python -m loaders ./names`)
"""
_UNKNOWN = """
    select
        data_findings.finding_code,
        data_findings.source,
        data_findings.subject,
        agents.scaffold,
        agents.model
    from data_findings
    left join agents
        on
            data_findings.source = agents.source
            and data_findings.subject = agents.agent
    where data_findings.finding_code in (
        'unmapped_agent', 'unmapped_model', 'unknown_scaffold_kind', 'unpriced_model'
    )
    order by all
"""
_KINDS = """
    select source, scaffold, count(distinct benchmark) > 1 as is_generalist
    from evaluations
    group by source, scaffold
"""


class NamesRefused(Exception):
    """The request cannot be fulfilled; the message gives the reason and what to do."""


@dataclass(frozen=True)
class Line:
    """A line to add to a seed."""

    seed: str
    values: tuple[str, ...]
    # The unknown name, and the column with the known ones.
    name: str
    column: str


def main(arguments: Sequence[str]) -> int:
    """Print the lines, write them if asked to, return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        lines = list(dict.fromkeys(_lines(options.db)))
        for seed in sorted({line.seed for line in lines}):
            _show([line for line in lines if line.seed == seed])
        if not lines:
            print("every name is known")
        elif options.write:
            _write(lines, Path(options.folder))
    except (NamesRefused, OSError) as error:
        print(printable(str(error)), file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m loaders names", description=_DESCRIPTION, epilog=_EXAMPLE
    )
    add_warehouse(parser)
    parser.add_argument(
        "--write",
        action="store_true",
        help="also add the lines to the files in local/, except those without a price",
    )
    parser.add_argument(
        "--folder",
        metavar="DIR",
        default=os.environ.get("EVALHOUSE_LOCAL") or _ROOT / "local",
        help="write there (default: $EVALHOUSE_LOCAL, else local/ beside seeds/)",
    )
    return parser


def _lines(path: str) -> Iterator[Line]:
    """Yield a line for each name that no seed knows."""
    if not os.path.isfile(path):
        raise NamesRefused(f"{path}: there is no such warehouse; load files first")
    try:
        with open_read_only(path) as connection:
            unknown = connection.sql(_UNKNOWN).fetchall()
            kinds = {row[:2]: row[2] for row in connection.sql(_KINDS).fetchall()}
    except duckdb.Error as error:
        if known := remedied(error):
            raise NamesRefused(f"{path}: {known}") from None
        what = f"{path}: its views cannot be read: {first_line(error)}"
        raise NamesRefused(f"{what} Refresh them: dbt build") from None
    for code, source, subject, scaffold, model in unknown:
        if code == "unmapped_model":
            yield from _alias(source, subject)
        elif code == "unknown_scaffold_kind":
            is_generalist = "true" if kinds.get((source, subject)) else "false"
            yield Line(
                "scaffolds", (source, subject, is_generalist), subject, "scaffold"
            )
        elif code == "unpriced_model":
            values = (subject, "", "", "", "", "")
            yield Line("model_prices", values, subject, "model")
        elif source == "hal":
            values = ("", scaffold.lower(), "", scaffold)
            yield Line("hal_scaffold_rules", values, scaffold, "scaffold")
        elif source == "metr" and model == "unknown":
            yield Line("metr_model_rules", ("", subject, subject), subject, "model")
        elif source == "metr":
            values = ("", "prefix", subject, subject)
            yield Line("metr_framework_rules", values, subject, "framework")
        elif model not in (None, "unknown"):
            yield from _alias(source, model)


def _alias(source: str, name: str) -> Iterator[Line]:
    """Yield the line that adds a name to its source's aliases, if it has any."""
    for seed in (f"{source}_model_aliases", f"{source}_models"):
        if name != "unknown" and _seed_path(seed).is_file():
            yield Line(seed, (name, name), name, "model")


def _show(lines: list[Line]) -> None:
    """Print the lines of one seed, each with the nearest name."""
    seed = lines[0].seed
    header, *rows = _read(_seed_path(seed))
    known = {row[header.index(lines[0].column)] for row in rows}
    print(f"# seeds/{seed}.csv")
    print(printable(_as_csv(header)))
    for line in lines:
        near = likely(line.name, sorted(known))
        print(printable(_as_csv(line.values)))
        nearest = f"nearest known name: {near[0]}" if near else "no known name is near"
        print(printable(f"#   {line.name}: {nearest}"))


def _write(lines: list[Line], folder: Path) -> None:
    """Add the lines to the files of a folder, unless they are already there."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in sorted({line.seed for line in lines} - {"model_prices"}):
        header = _read(_seed_path(seed))[0]
        path = folder / f"{seed}.csv"
        rows = _read(path) if path.exists() else [header]
        if not rows or rows[0] != header:
            what = f"{path}: the first line is not {','.join(header)}"
            raise NamesRefused(f"{what}; write it so, as in seeds/{seed}.csv")
        new = [list(line.values) for line in lines if line.seed == seed]
        new = [row for row in new if row not in rows]
        with written_whole(path) as part:
            text = "".join(f"{_as_csv(row)}\n" for row in [*rows, *new])
            part.write_text(text, encoding="utf-8")
        print(printable(f"{path}: {len(new)} line(s) added"), file=sys.stderr)
    print("run dbt build to use them", file=sys.stderr)


def _seed_path(seed: str) -> Path:
    return _ROOT / "seeds" / f"{seed}.csv"


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def _as_csv(values: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()
