"""`python -m plots.gallery`: every figure with its answer, as a page and small pictures.

The page in `docs/` shows the public studies' data; run this on a warehouse of them.
"""

import argparse
import contextlib
import io
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
from PIL import Image

from common.command_line import add_warehouse
from common.files import written_whole
from plots import FIGURES, FILE_STEMS, __main__
from plots.figure import say
from plots.render import load_figure
from plots.warehouse import (
    WarehouseUnreadable,
    figure_source,
    open_warehouse,
)

# Flat colours and text need no more; all pictures together stay below 3 MB.
WIDTH = 1200
COLORS = 256
HEAD = """\
# Gallery

Every figure, its question, what the views answer, and how to draw it. Written by
`python -m plots.gallery` from a warehouse of the public studies' data; every number is
read from a view by the query beside the figure, in `plots/`. The studies, and what we read
differently: `docs/corrections.md`.

{data}

"""
DATA_QUERY = """
    with files as (
        select
            source,
            count(*) as file_count,
            any_value(parse_filename(path)) as file_name,
            any_value(sha256) as sha256
        from load_report
        where loaded_count > 0
        group by source
    )

    select format(
        '- `{}`: {:,} evaluations and {:,} attempts, from {}',
        source,
        evaluation_count,
        attempt_count,
        case
            when file_count > 1 then format('{:,} files', file_count)
            else format('`{}`, sha256 `{}`', file_name, sha256)
        end
    )
    from source_totals
    inner join files using (source)
    order by source
"""
FIGURE = """\
## {number}. {question}

{answer}

![{question}](gallery/{stem}.png)

Views: {views} · `python -m plots {name}`

"""


def answer(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """Return what the views say to figure `name`'s question."""
    return say(load_figure(name).ANSWER, connection, figure_source(connection, name))


def views_of(name: str, known: set[str]) -> list[str]:
    """Return the views that figure `name` reads, in the order it names them."""
    queries = "\n".join(load_figure(name).QUERIES.values())
    named = re.findall(r"(?:from|join)\s+(\w+)", queries)
    return [view for view in dict.fromkeys(named) if view in known]


def page(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the page's text."""
    known = {
        view
        for (view,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'main'"
        ).fetchall()
    }
    data = "\n".join(row for (row,) in connection.execute(DATA_QUERY).fetchall())
    sections = [
        FIGURE.format(
            number=number,
            question=question,
            answer=answer(connection, name),
            stem=FILE_STEMS[name],
            views=", ".join(f"`{view}`" for view in views_of(name, known)),
            name=name,
        )
        for number, (name, question) in enumerate(FIGURES.items(), start=1)
    ]
    return (HEAD.format(data=data) + "".join(sections)).rstrip() + "\n"


def shrink(source: Path, target: Path) -> None:
    """Write a picture smaller and with few colours."""
    with Image.open(source) as picture:
        height = round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    with written_whole(target) as part:
        picture = small.quantize(COLORS, dither=Image.Dither.NONE)
        picture.save(part, format="PNG", optimize=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit code: 0 written, 2 not."""
    parser = argparse.ArgumentParser(
        prog="python -m plots.gallery",
        description=__doc__,
        epilog="example: python -m plots.gallery --out docs",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("docs"),
        metavar="DIR",
        help="folder for gallery.md and gallery/ (default: docs)",
    )
    add_warehouse(parser, Path)
    arguments = parser.parse_args(argv)
    try:
        with open_warehouse(arguments.db) as connection:
            text = page(connection)
    except (WarehouseUnreadable, duckdb.Error) as error:
        print(__main__.explain(error, arguments.db), file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        # The pictures as drawn are thrown away: their paths would mislead.
        with contextlib.redirect_stdout(io.StringIO()):
            code = __main__.main(["--db", str(arguments.db), "--out", folder])
        if code:
            return code
        try:
            write(text, Path(folder), arguments.out)
        except OSError as error:
            print(__main__.explain(error, arguments.db), file=sys.stderr)
            return 2
    print(arguments.out / "gallery.md")
    return 0


def write(text: str, figures: Path, out: Path) -> None:
    """Write the pictures, then the page that shows them."""
    pictures = out / "gallery"
    pictures.mkdir(parents=True, exist_ok=True)
    for stem in FILE_STEMS.values():
        shrink(figures / f"{stem}.png", pictures / f"{stem}.png")
    with written_whole(out / "gallery.md") as part:
        part.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
