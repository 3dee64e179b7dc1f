"""From the views to the report's one HTML file."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from common.files import written_whole
from plots.export import (
    ACTION_QUERY,
    SCORE_QUERY,
    TOP_AGENTS_QUERY,
    TOTALS_QUERY,
)
from plots.report.cells import cell, columns_of, formatted, visible
from plots.report.sections import CARDS, FIRST, SECTIONS, Block, Card, Control
from plots.warehouse import action_source

FOLDER = Path(__file__).parent
# The dashboard's own queries; they take one source.
DASHBOARD_QUERIES = {
    "dashboard": TOTALS_QUERY,
    "score_histogram": SCORE_QUERY,
    "action_histogram": ACTION_QUERY,
    "top_agents": TOP_AGENTS_QUERY,
}
# What the page uses of the charting library, under names of its own.
LIBRARY = "window.charting = {vegaEmbed};"
COMMENTS_QUERY = """
    select table_name, column_name, comment
    from duckdb_columns()
    where comment is not null and schema_name = 'main'
"""


@dataclass(frozen=True)
class Data:
    """What one query gave."""

    sql: str
    names: list[str]
    rows: list[tuple[Any, ...]]

    @property
    def is_cut(self) -> bool:
        """Whether the query's limit left rows out, or could have."""
        limit = re.search(r"\blimit (\d+)$", self.sql)
        return limit is not None and len(self.rows) == int(limit[1])

    def as_columns(self) -> dict[str, Any]:
        """Return the columns; one of text as its distinct values and their places."""
        return {
            name: packed([row[place] for row in self.rows])
            for place, name in enumerate(self.names)
        }

    def as_objects(self) -> Iterable[dict[str, Any]]:
        return (dict(zip(self.names, row, strict=True)) for row in self.rows)

    def values(self, column: str) -> list[str]:
        """Return the distinct values of a column, as text and in order."""
        place = self.names.index(column)
        return sorted({choice(row[place]) for row in self.rows} - {""})


def choice(value: Any) -> str:
    """Return the value as a control offers it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def packed(values: list[Any]) -> list[Any] | dict[str, Any]:
    if not any(isinstance(value, str) for value in values):
        return values
    distinct = sorted({value for value in values if value is not None})
    places = {value: place for place, value in enumerate(distinct)}
    return {"distinct": distinct, "places": [places.get(value) for value in values]}


def query_of(name: str, source: str) -> str:
    """Return the query of a block exactly as it will run."""
    if name not in DASHBOARD_QUERIES:
        return (FOLDER / "queries" / f"{name}.sql").read_text(encoding="utf-8").strip()
    lines = DASHBOARD_QUERIES[name].strip("\n").splitlines()
    quoted = "'" + source.replace("'", "''") + "'"
    return "\n".join(line.removeprefix("    ") for line in lines).replace(
        "$source", quoted
    )


def ask(connection: duckdb.DuckDBPyConnection, sql: str) -> Data:
    """Return what the query gives, with every hidden mark in a text shown."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    rows = [tuple(visible(value) for value in row) for row in result.fetchall()]
    return Data(sql, names, rows)


def ask_all(connection: duckdb.DuckDBPyConnection) -> dict[str, Data]:
    """Return the data of every block, each query run once."""
    source = action_source(connection)
    blocks = [block for section in SECTIONS for block in section.blocks]
    names = [name for block in blocks for name in (block.name, *block.lines)]
    return {name: ask(connection, query_of(name, source)) for name in names}


def table_of(data: Data) -> dict[str, Any]:
    columns = columns_of(data.names, data.rows)
    return {
        "columns": columns,
        "rows": [[cell(column, row) for column in columns] for row in data.rows],
    }


def control_of(control: Control, data: Data) -> dict[str, Any]:
    """Return a control with its choices; the default is the first that there is."""
    values = data.values(control.column)
    first = choice(data.rows[0][data.names.index(control.column)])
    wanted = [first if value == FIRST else value for value in control.default]
    known = [value for value in wanted if value in values]
    default = known[0] if known else "" if control.can_be_all else values[0]
    return {
        "name": control.column,
        "label": control.column.replace("_", " "),
        "values": values,
        "default": default,
        "can_be_all": control.can_be_all,
    }


def meanings_of(
    block: Block, data: Data, comments: Mapping[tuple[str, str], str]
) -> list[tuple[str, str]]:
    """Return what the block's columns mean, as the views themselves say it."""
    found = []
    for name in data.names:
        for view in block.views:
            if (view, name) in comments:
                found.append((name, " ".join(comments[view, name].split())))
                break
    return found


def block_of(
    block: Block, data: Mapping[str, Data], comments: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    own = data[block.name]
    shown = {
        "block": block,
        "is_empty": not own.rows,
        "is_cut": any(data[name].is_cut for name in (block.name, *block.lines)),
        "queries": [data[name].sql for name in (block.name, *block.lines)],
        "meanings": meanings_of(block, own, comments),
    }
    if own.rows:
        shown |= {
            "table": table_of(own) if block.has_table else None,
            "row_count": len(own.rows),
            "controls": [control_of(control, own) for control in block.controls],
        }
    return shown


class CellText(str):
    """A cell's text; `{text:noun}` adds the noun, in the plural unless it is 1."""

    def __format__(self, noun: str) -> str:
        if not noun or self == "1":
            return f"{self!s} {noun}".rstrip()
        plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
        return f"{self!s} {plural}"


def card_of(card: Card, data: Data) -> dict[str, Any] | None:
    """Return the card's texts, or nothing if no row has its number."""
    rows = [
        row
        for row in data.as_objects()
        if row[card.column] is not None
        and all(row[name] == value for name, value in card.where.items())
    ]
    if card.at_least_half_of:
        most = max(
            (
                row[card.at_least_half_of] or 0
                for row in data.as_objects()
                if row["source"] == card.where["source"]
            ),
            default=0,
        )
        rows = [row for row in rows if 2 * (row[card.at_least_half_of] or 0) >= most]
    if not rows:
        return None
    row = rows[0]
    texts = {name: CellText(formatted(name, value)) for name, value in row.items()}
    for column in columns_of(data.names, data.rows):
        if len(column.places) == 2:
            texts[column.name] = cell(column, tuple(row.values())).text
    return {
        "block": card.block,
        "value": texts[card.column],
        "label": card.label.format_map(texts),
        "context": card.context.format_map(texts),
    }


def introduction(connection: duckdb.DuckDBPyConnection) -> list[dict[str, CellText]]:
    """Return what is loaded, a row of texts per source."""
    data = ask(connection, query_of("introduction", ""))
    return [
        {name: CellText(formatted(name, value)) for name, value in row.items()}
        for row in data.as_objects()
    ]


def script_json(value: Any) -> str:
    """Return JSON that cannot end its script element."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def charts_of(data: Mapping[str, Data]) -> dict[str, Any]:
    """Return everything that the page's script draws."""
    drawn = [
        block
        for section in SECTIONS
        for block in section.blocks
        if block.chart and data[block.name].rows
    ]
    return {
        "config": read_json("config"),
        "charts": {
            block.name: {
                "specification": read_json(block.name),
                "lines": block.lines,
                "switches": {switch.name: switch.options for switch in block.switches},
            }
            for block in drawn
        },
        "data": {
            name: data[name].as_columns()
            for block in drawn
            for name in (block.name, *block.lines)
        },
    }


def read_json(name: str) -> Any:
    return json.loads((FOLDER / "charts" / f"{name}.json").read_text(encoding="utf-8"))


def library() -> str:
    """Return the charting library as a script element can hold it."""
    bundle = vl_convert.javascript_bundle(LIBRARY)
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def digest(text: str) -> str:
    """Return the hash by which the page's policy lets a script or style in."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def report(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the page. The same warehouse gives the same text."""
    data = ask_all(connection)
    comments = {
        (view, column): comment
        for view, column, comment in connection.execute(COMMENTS_QUERY).fetchall()
    }
    script = library() + "\n" + (FOLDER / "report.js").read_text(encoding="utf-8")
    style = (FOLDER / "report.css").read_text(encoding="utf-8")
    templates = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cards = (card_of(card, data[card.block]) for card in CARDS)
    sections = [
        {
            "section": section,
            "blocks": [block_of(block, data, comments) for block in section.blocks],
        }
        for section in SECTIONS
    ]
    return templates.get_template("template.html").render(
        cards=[card for card in cards if card],
        introduction=introduction(connection),
        sections=sections,
        notes=data["files"].values("note"),
        payload=script_json(charts_of(data)),
        script=script,
        script_digest=digest(script),
        style=style,
        style_digest=digest(style),
    )


def write_report(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the report as one file that opens without a network."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = report(connection)
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
