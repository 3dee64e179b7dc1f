"""`python -m loaders export` and `sources`, `--version` and names that are not known."""

import json
import tomllib
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import DBT, REPOSITORY, runner

from analyses.__main__ import main as analyses
from benchmarks.__main__ import main as benchmarks
from benchmarks.floods import main as floods
from common import VERSION
from common.names import nearest
from loaders.__main__ import main
from loaders.declared import main as declared
from plots.__main__ import main as plots
from plots.gallery import main as gallery


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Path:
    """A warehouse of two views with comments."""
    path = tmp_path_factory.mktemp("export") / "evalhouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            """
            create table attempts as
            select * from (values ('a', 0.5, '{"k": 1}'::json), ('b', null, null))
                as rows (attempt_id, score, attributes);
            comment on table attempts is 'It''s one row
                per attempt.';
            comment on column attempts.score is '0 to 1; {{ x }} is no Jinja.';
            create view good_attempts as select * from attempts where score > 0;
            create schema staging;
            create view staging.hidden as select 1 as a;
            """
        )
    return path


def test_every_view_is_a_file_with_its_meaning(warehouse, tmp_path, capsys):
    folder = tmp_path / "it's" / "out"
    assert main(["export", str(folder), "--db", str(warehouse)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed == [
        f"{folder}/attempts.parquet: 2 rows",
        f"{folder}/good_attempts.parquet: 1 rows",
    ]
    assert sorted(path.name for path in folder.iterdir()) == [
        "attempts.parquet",
        "good_attempts.parquet",
    ]
    path = folder / "attempts.parquet"
    read = duckdb.read_parquet(str(path)).fetchall()
    assert [row[:2] for row in read] == [("a", 0.5), ("b", None)]
    metadata = dict(
        duckdb.execute(
            "select decode(key), decode(value) from parquet_kv_metadata(?)", [str(path)]
        ).fetchall()
    )
    assert metadata["comment"] == "It's one row per attempt."
    meanings = json.loads(metadata["columns"])
    assert meanings["score"] == "0 to 1; {{ x }} is no Jinja."


def test_an_export_is_repeated_and_the_same(warehouse, tmp_path):
    for _ in range(2):
        assert main(["export", str(tmp_path), "--db", str(warehouse)]) == 0
    one = (tmp_path / "attempts.parquet").read_bytes()
    assert main(["export", str(tmp_path), "--db", str(warehouse)]) == 0
    assert (tmp_path / "attempts.parquet").read_bytes() == one


def test_one_view_is_exported_and_an_unknown_one_is_answered(
    warehouse, tmp_path, capsys
):
    options = ["--db", str(warehouse)]
    out = tmp_path / "out"
    assert main(["export", str(out), "--view", "good_attempts", *options]) == 0
    assert [path.name for path in out.iterdir()] == ["good_attempts.parquet"]
    assert main(["export", str(out), "--view", "attemps", *options]) == 2
    assert "Did you mean attempts?" in capsys.readouterr().err


def test_what_cannot_be_exported_says_what_to_do(warehouse, tmp_path, capsys):
    assert main(["export", str(tmp_path), "--db", str(tmp_path / "none")]) == 2
    assert "no such warehouse" in capsys.readouterr().err
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(empty).close()
    for command in (["export", str(tmp_path)], ["sources"]):
        assert main([*command, "--db", str(empty)]) == 2
        assert "dbt build" in capsys.readouterr().err
    file = tmp_path / "file"
    file.write_text("")
    assert main(["export", str(file), "--db", str(warehouse)]) == 2


def test_raw_tables_have_a_manifest_that_names_each_file(tmp_path):
    runs = tmp_path / "runs.csv"
    runs.write_text("attempt_id,agent,task_id,score\n1,a,t,0.5\n2,a,u,1\n")
    options = ["--db", str(tmp_path / "evalhouse.duckdb")]
    assert main([str(runs), *options]) == 0
    folder = tmp_path / "raw"
    assert main(["export", "--raw", str(folder), "--part", "one", *options]) == 0
    lines = (folder / "manifest" / "one.json").read_text().splitlines()
    files = {entry["table_name"]: entry for entry in map(json.loads, lines)}
    for name, entry in files.items():
        path = folder / name / "one.parquet"
        assert path.stat().st_size == entry["size_bytes"]
        read = duckdb.read_parquet(str(path))
        assert read.columns == entry["columns"].split(",")
        assert len(read) == entry["row_count"]
    assert files["table_attempts"]["row_count"] == 2
    assert files["files"]["row_count"] == 1
    assert {path.parent.name for path in folder.glob("*/*.parquet")} == set(files)


def test_an_export_that_fails_leaves_no_manifest(tmp_path, capsys):
    options = ["--db", str(tmp_path / "evalhouse.duckdb")]
    runs = tmp_path / "runs.csv"
    runs.write_text("attempt_id,agent,task_id,score\n1,a,t,0.5\n")
    assert main([str(runs), *options]) == 0
    folder = tmp_path / "raw"
    assert main(["export", "--raw", str(folder), *options]) == 0
    (folder / "table_attempts" / "all.parquet").unlink()
    # A folder in the place of the file, so that it cannot be written.
    (folder / "table_attempts" / "all.parquet").mkdir()
    (folder / "table_attempts" / "all.parquet" / "x").touch()
    assert main(["export", "--raw", str(folder), *options]) == 2
    assert not (folder / "manifest" / "all.json").exists()


def test_raw_and_view_exclude_each_other_and_a_part_is_a_plain_name(tmp_path, capsys):
    for wrong in (["--view", "attempts"], ["--part", "../x"]):
        with pytest.raises(SystemExit) as ended:
            main(["export", "--raw", str(tmp_path), *wrong])
        assert ended.value.code == 2
    assert "letters, digits" in capsys.readouterr().err


OWN_PROJECT = {
    "dbt_project.yml": """
name: mine
version: 0.1.0
config-version: 2
profile: mine
flags: {send_anonymous_usage_stats: false}
models: {+materialized: table}
""",
    "profiles.yml": """
mine:
  target: local
  outputs:
    local:
      type: duckdb
      path: mine.duckdb
      attach: [{path: WAREHOUSE, alias: evalhouse, read_only: true}]
""",
    "models/best.sql": """
select attempt_id, score
from {{ source('evalhouse', 'attempts') }}
where score is not null
""",
}


def own_project(folder: Path, warehouse: Path) -> None:
    """Write a small dbt project that attaches the warehouse."""
    for name, text in OWN_PROJECT.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("WAREHOUSE", str(warehouse)))


@pytest.mark.slow
def test_a_project_of_ones_own_builds_on_the_views(warehouse, tmp_path, capsys):
    own_project(tmp_path, warehouse)
    assert main(["sources", "--db", str(warehouse)]) == 0
    text = capsys.readouterr().out
    (source,) = yaml.safe_load(text)["sources"]
    assert [table["name"] for table in source["tables"]] == [
        "attempts",
        "good_attempts",
    ]
    (tmp_path / "models" / "evalhouse.yml").write_text(text)
    run = runner("dbt").run("--quiet", "build", folder=tmp_path, environment={})
    assert run.code == 0, run.stdout + run.stderr
    with duckdb.connect(tmp_path / "mine.duckdb") as connection:
        assert connection.execute("from best").fetchall() == [("a", 0.5)]


@pytest.mark.slow
def test_it_is_no_package_of_another_project(tmp_path):
    # As dbt runs it: the hooks of a package come first.
    text = (REPOSITORY / "macros" / "refuse_as_package.sql").read_text()
    own_project(tmp_path, tmp_path / "none.duckdb")
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "refuse_as_package.sql").write_text(text)
    (tmp_path / "profiles.yml").write_text(
        "mine: {target: l, outputs: {l: {type: duckdb, path: mine.duckdb}}}"
    )
    (tmp_path / "models" / "best.sql").write_text("select 1 as a")
    with (tmp_path / "dbt_project.yml").open("a") as file:
        file.write('on-run-start: ["{{ refuse_as_package() }}"]\n')
    run = runner("dbt").run("--quiet", "run", folder=tmp_path, environment={})
    assert run.code != 0
    assert "evalhouse is not a dbt package" in run.stdout + run.stderr
    assert "refuse_as_package()" in (REPOSITORY / "dbt_project.yml").read_text()


@pytest.mark.parametrize("command", [main, plots, analyses])
def test_each_command_says_its_version(command, capsys):
    with pytest.raises(SystemExit) as ended:
        command(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"evalhouse {VERSION}\n"


def test_the_version_is_defined_once():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
    models = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())
    assert models["version"] == VERSION
    assert DBT.name == "dbt"


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (main, []),
        (main, ["export"]),
        (main, ["sources"]),
        (main, ["names"]),
        (main, ["template"]),
        (declared, []),
        (plots, []),
        (plots, ["draw"]),
        (plots, ["report"]),
        (plots, ["export"]),
        (gallery, []),
        (floods, []),
        (benchmarks, []),
        (analyses, []),
        (analyses, ["compare"]),
    ],
)
def test_help_has_an_example(command, arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        command([*arguments, "--help"])
    assert ended.value.code == 0
    assert "example: python -m " in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("command", "arguments", "nearest"),
    [
        (main, ["x", "--format", "inspct"], "did you mean inspect?"),
        (plots, ["--format", "sgv"], "did you mean svg?"),
        (analyses, ["which_model_wins", "--format", "latx"], "did you mean latex?"),
    ],
)
def test_an_unknown_format_is_answered_with_the_nearest(
    command, arguments, nearest, capsys
):
    with pytest.raises(SystemExit) as ended:
        command(arguments)
    assert ended.value.code == 2
    assert nearest in capsys.readouterr().err


def test_a_path_that_is_not_there_is_answered_with_the_nearest(tmp_path, capsys):
    (tmp_path / "runs.jsonl").write_text("")
    options = ["--db", str(tmp_path / "evalhouse.duckdb")]
    assert main([str(tmp_path / "run.jsonl"), *options]) == 2
    assert f"Did you mean {tmp_path}/runs.jsonl?" in capsys.readouterr().err
    assert main(["exprt", str(tmp_path), *options]) == 2
    assert "Did you mean the command export?" in capsys.readouterr().err


def test_a_word_is_like_its_plural_more_than_like_a_longer_name():
    views = ["attempt_sources", "attempt_successes", "attempts", "agents"]
    assert nearest("attempt", views) == "attempts"
    # A number is like no other number.
    assert nearest("model 4", ["model 41", "new model 4 large"]) == "new model 4 large"
