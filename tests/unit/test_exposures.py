"""models/exposures.yml names the views that figures, report and dashboard file read."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
import yaml
from conftest import REPOSITORY

import plots.export
import plots.report
import plots.warehouse
from plots import FIGURES
from plots.render import load_figure

MARTS = (REPOSITORY / "models" / "marts").rglob("*.sql")
VIEWS = {path.stem for path in MARTS if not path.stem.startswith("int_")}
QUERY = re.compile(r"\s*(with|select|from)\b", re.IGNORECASE)


def texts(value: object) -> Iterator[str]:
    """Yield every text of a value or of what it holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)


def relations(node: object, ctes: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the tables of a parsed query, without its own CTEs."""
    if isinstance(node, list):
        for each in node:
            yield from relations(each, ctes)
    if not isinstance(node, dict):
        return
    entries = (node.get("cte_map") or {}).get("map", [])
    # A CTE that has the name of a view can read that view.
    for entry in entries:
        yield from relations(entry["value"], ctes)
        ctes |= {entry["key"]}
    if node.get("type") == "BASE_TABLE" and node["table_name"] not in ctes:
        yield node["table_name"]
    for key, each in node.items():
        if key != "cte_map":
            yield from relations(each, ctes)


def views_read(candidates: Iterable[str]) -> set[str]:
    """Return the views that those of the texts read that are queries."""
    found = set()
    with duckdb.connect() as connection:
        for text in candidates:
            without_comments = re.sub(r"--.*", "", text)
            if not QUERY.match(without_comments):
                continue
            [(parsed,)] = connection.execute(
                "select json_serialize_sql($text)", {"text": text}
            ).fetchall()
            found |= set(relations(json.loads(parsed).get("statements", [])))
    return found & VIEWS


def constants(module: ModuleType) -> Iterator[str]:
    return texts(vars(module))


def read_by_figures() -> set[str]:
    figures = [load_figure(name).QUERIES for name in FIGURES]
    return views_read([*texts(figures), *constants(plots.warehouse)])


def read_by_dashboard() -> set[str]:
    return views_read(constants(plots.export))


def read_by_report() -> set[str]:
    folder = Path(plots.report.__file__).parent
    queries = [path.read_text() for path in folder.rglob("*.sql")]
    # It shows the dashboard's queries too.
    return views_read(queries) | read_by_dashboard()


EXPOSURES = {
    exposure["name"]: exposure
    for exposure in yaml.safe_load(
        (REPOSITORY / "models" / "exposures.yml").read_text()
    )["exposures"]
}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("figures", read_by_figures),
        ("report", read_by_report),
        ("dashboard_file", read_by_dashboard),
    ],
)
def test_an_exposure_names_what_is_read(name, read):
    named = EXPOSURES[name]["depends_on"]
    assert named == [f"ref('{view}')" for view in sorted(read())]


def test_a_cte_hides_a_view_only_from_where_it_is_named():
    query = """
        with agents as (select * from agents),
        tasks as (select * from attempts)
        select * from tasks inner join agents using (agent) where a = $a
    """
    assert views_read([query]) == {"agents", "attempts"}
    assert views_read(["With agents from a sentence", "select * from other"]) == set()
