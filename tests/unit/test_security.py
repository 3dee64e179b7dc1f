"""Names that try to be SQL, HTML, paths, commands or terminal codes stay names.

One warehouse holds them in every place where a file can name something, and goes all
the way: load, build, figures, export, report. What each would do, if anything ran it,
leaves a trace called `canary`, or changes the structure of what is written.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from conftest import DBT, REPOSITORY, run_in_repository
from corpus import hal, metr_jsonl, zips
from corpus.names import CONTROL, HOSTILE, quoted

from loaders.contract.rules import canonical

pytestmark = pytest.mark.warehouse

NAMES = [*HOSTILE.values(), *CONTROL.values()]
PASSWORD = "canary-password"
# What draws agents, models and benchmarks; test_plots.py draws the others.
NAMED_FIGURES = ("agent_intervals", "model_comparison", "accuracy_against_cost")
# A file name holds no slash.
FOLDER = "'; drop table files; --<script>$(touch canary)\n\x1b[2J\u202e"


def yaml_runs() -> Iterator[str]:
    """Yield runs of each agent at several tasks, some of them broken."""
    for number, name in enumerate(NAMES):
        yield f"{quoted(name)}:\n  {quoted(name)}:\n"
        for step in range(8):
            agent = NAMES[(number + step // 2) % len(NAMES)]
            run_id = quoted(f"{name}{step}")
            score = 7 if step == 7 else (number + step) % 3 / 2
            yield (
                f"    {run_id}: {{agent: {quoted(agent)}, score: {score}, "
                f"action_count: {1 + number * step % 41}, human_minutes: {number + 1}, "
                f"{quoted(name)}: {quoted(name)}}}\n"
            )


def jsonl_runs() -> Iterator[str]:
    for number, name in enumerate(NAMES):
        for step in range(4):
            yield metr_jsonl.run(
                f"{name}{step}",
                task_id=f"{name}/{step}",
                task_family=name,
                alias=NAMES[(number + step) % len(NAMES)],
                model=name,
                score=step % 2,
                score_binarized=step % 2,
                human_minutes=1 + number,
                fatal_error_from=name if step == 3 else None,
            )


def traces() -> Iterator[tuple[str, dict]]:
    """Yield traces whose every name is one, several agents to a benchmark."""
    for number, name in enumerate(NAMES):
        task_ids = [f"{name}{step}" for step in range(6)]
        model = NAMES[number // 2]
        yield (
            name,
            hal.trace(
                {
                    "run_id": name,
                    "agent_name": name,
                    "benchmark_name": NAMES[number % 3],
                    "agent_args": {"model_name": model, "reasoning_effort": name},
                    "run_command": name,
                },
                {
                    "accuracy": 0.5,
                    "total_cost": 1 + number,
                    "successful_tasks": task_ids[: 1 + number % 5],
                    "failed_tasks": [*task_ids[1 + number % 5 :], 3],
                    "latencies": dict.fromkeys(task_ids, 1 + number),
                },
                total_usage={model: {"prompt_tokens": 10, "completion_tokens": 2}},
                raw_logging_results=[
                    hal.CALL
                    | {"id": f"{name}{at}", "weave_task_id": task, "op_name": name}
                    for at, task in enumerate(task_ids)
                ],
                **{name: name},
            ),
        )


def write_canaries(folder: Path) -> None:
    folder.mkdir()
    (folder / "runs.yaml").write_text("".join(yaml_runs()))
    (folder / "runs.jsonl").write_text("".join(jsonl_runs()))
    broken = f"{quoted(FOLDER)}: {{action_count: 1, score: *x}}\n"
    (folder / "broken.yaml").write_text(broken)
    for number, (name, trace) in enumerate(traces()):
        plain = name.replace("/", "|")
        # One that begins with a dot would be passed over as hidden.
        (folder / f"{number}{plain}_UPLOAD.json").write_bytes(hal.text(trace))
    inside = hal.text(hal.trace({"run_id": "zipped"}))
    member = zips.member(zips.token(inside, PASSWORD))
    named = HOSTILE["html"].replace("/", "|") + ".encrypted"
    (folder / "canary_UPLOAD.zip").write_bytes(zips.zipped((named, member)))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with the warehouse of the canaries, and all that is made from it."""
    folder = tmp_path_factory.mktemp("security")
    write_canaries(folder / FOLDER)
    warehouse = folder / "evalhouse.duckdb"
    python = [sys.executable, "-m"]
    build = [DBT, "build", "--exclude-resource-type", "unit_test"]
    figures = ["plots", "--out", folder / "figures", "--format"]
    commands = {
        "load": [*python, "loaders", folder / FOLDER, "--password", PASSWORD],
        "refused": [*python, "loaders", folder / FOLDER, "--rehash", "--password=no"],
        "build": build,
        "png": [*python, *figures, "png", *NAMED_FIGURES],
        "svg": [*python, *figures, "svg"],
        "export": [*python, "plots", "export", folder / "viz_data.json"],
        "report": [*python, "plots", "report", "--out", folder / "report.html"],
    }
    expected = {"load": 1, "refused": 1}
    for name, command in commands.items():
        done = run_in_repository(command, warehouse, folder)
        said = done.stdout + done.stderr
        (folder / f"{name}.said").write_text(said)
        assert done.returncode == expected.get(name, 0), said
    return folder


def test_every_name_is_loaded_in_full(made):
    columns = {
        "metr": ("agent", "task_family"),
        "metr_horizon": ("agent", "task_family"),
        "hal": ("agent",),
    }
    with duckdb.connect(made / "evalhouse.duckdb", read_only=True) as connection:
        for source, names in columns.items():
            for name in names:
                found = connection.execute(
                    f"select distinct {name} from attempts where source = ?", [source]
                ).fetchall()
                # In the one form that all spellings of a look have.
                assert {value for (value,) in found} == set(map(canonical, NAMES))


def test_nothing_ran(made):
    places = [made, REPOSITORY, REPOSITORY.parent, Path.cwd(), Path("/")]
    left = [
        path
        for place in places
        for path in place.iterdir()
        if "canary" in path.name and path.name != FOLDER
    ]
    assert left == []
    for name in os.listdir(made / FOLDER):
        assert (made / FOLDER / name).suffix in (".yaml", ".jsonl", ".json", ".zip")
    with duckdb.connect(made / "evalhouse.duckdb", read_only=True) as connection:
        databases = connection.execute("select database_name from duckdb_databases()")
        assert "canary" not in str(databases.fetchall())
        files = connection.execute("select count(*) from raw.files").fetchone()
        assert files == (len(NAMES) + 4,)


@pytest.mark.parametrize("name", ["load", "refused", "png", "svg", "export", "report"])
def test_no_name_steers_the_terminal(name, made):
    said = (made / f"{name}.said").read_text()
    assert "Traceback" not in said
    # Names of files are escaped wherever a command prints them.
    assert all(line.isprintable() for line in said.split("\n"))


def test_the_password_is_never_written(made):
    connection = duckdb.connect(made / "evalhouse.duckdb", read_only=True)
    with connection:
        [(zipped,)] = connection.execute(
            "select count(*) from evaluations where evaluation_id = 'hal:zipped'"
        ).fetchall()
        assert zipped == 1
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall():
            assert PASSWORD not in str(connection.sql(f"from raw.{table}").fetchall())
    for path in made.rglob("*"):
        if path.is_file() and FOLDER not in str(path):
            assert PASSWORD.encode() not in path.read_bytes(), path


def test_figures_hold_no_script_and_no_link(made):
    figures = list((made / "figures").glob("*.svg"))
    assert len(figures) > 30
    assert len(list((made / "figures").glob("*.png"))) == len(NAMED_FIGURES)
    for path in figures:
        for element in ElementTree.parse(path).iter():
            tag = element.tag.rpartition("}")[2]
            assert tag not in ("script", "foreignObject", "a", "iframe")
            for attribute, value in element.attrib.items():
                name = attribute.rpartition("}")[2].lower()
                assert not name.startswith("on")
                if name == "href":
                    assert value.startswith(("#", "data:image/png"))


def test_the_export_is_json_that_no_script_element_ends_early(made):
    text = (made / "viz_data.json").read_text()
    assert "</" not in text
    agents = {row["agent"] for row in json.loads(text)["agent_summary"]}
    assert agents & set(NAMES)


class _Structure(HTMLParser):
    """The elements of a page, its attributes and where its links lead."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attributes}
        self.links |= {value for name, value in attributes if name in ("href", "src")}


def test_the_report_has_its_own_elements_and_no_others(made):
    page = _Structure((made / "report.html").read_text())
    assert page.tags["script"] == 2  # Its data and its program.
    assert not page.tags.keys() & {"img", "svg", "iframe", "object", "embed", "base"}
    assert not [name for name in page.attributes if name.startswith("on")]
    assert all(link.startswith("#") for link in page.links)
