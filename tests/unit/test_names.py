"""Names that no seed knows are printed as lines to add, and local/ takes them."""

from pathlib import Path

import duckdb
import pytest
from conftest import DBT, run_in_repository

from loaders import __main__ as cli
from loaders.warehouse import names

# What a refresh says of runs whose names are new.
VIEWS = """
    create table data_findings (finding_code text, source text, subject text);
    insert into data_findings values
        ('unmapped_model', 'hal', 'acme/kumquat-9b'),
        ('unmapped_model', 'hal', 'gpt-4.1-micro'),
        ('unmapped_model', 'hal', 'unknown'),
        ('unmapped_agent', 'hal', 'Lantern (acme/kumquat-9b)'),
        ('unmapped_agent', 'hal', 'Lantern (acme/kumquat-9b high)'),
        ('unknown_scaffold_kind', 'hal', 'Lantern'),
        ('unmapped_agent', 'metr_horizon', 'Heron 5, new (Inspect)'),
        ('unmapped_agent', 'metr', 'homebrew@main'),
        ('unmapped_agent', 'terminal_bench', 'nameless'),
        ('few_tasks', 'hal', 'hal:a');
    create table agents (source text, agent text, scaffold text, model text);
    insert into agents values
        ('hal', 'Lantern (acme/kumquat-9b)', 'Lantern', 'acme/kumquat-9b'),
        ('hal', 'Lantern (acme/kumquat-9b high)', 'Lantern', 'acme/kumquat-9b high'),
        ('metr_horizon', 'Heron 5, new (Inspect)', 'Inspect', 'Heron 5, new'),
        ('metr', 'homebrew@main', 'unknown', 'unknown'),
        ('terminal_bench', 'nameless', 'x', 'unknown');
    create table evaluations (source text, scaffold text, benchmark text);
    insert into evaluations values
        ('hal', 'Lantern', 'gaia'), ('hal', 'Lantern', 'usaco');
"""
ADDED = {
    "hal_model_aliases": "alias,model\nacme/kumquat-9b,acme/kumquat-9b\n"
    "gpt-4.1-micro,gpt-4.1-micro\n",
    "hal_scaffold_rules": "position,prefix,benchmark,scaffold\n,lantern,,Lantern\n",
    "metr_horizon_models": 'alias,model\n"Heron 5, new","Heron 5, new"\n',
    "metr_model_rules": "position,text,model\n,homebrew@main,homebrew@main\n",
    "scaffolds": "source,scaffold,is_generalist\nhal,Lantern,true\n",
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "evalhouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(VIEWS)
    return path


def test_each_unknown_name_is_a_line_to_add(warehouse, capsys):
    assert cli.main(["names", "--db", str(warehouse)]) == 0
    printed = capsys.readouterr().out.splitlines()
    for seed, text in ADDED.items():
        at = printed.index(f"# seeds/{seed}.csv")
        header, *lines = text.splitlines()
        assert printed[at + 1] == header
        assert set(lines) <= set(printed[at + 2 :])
    assert "#   gpt-4.1-micro: nearest known name: gpt-4.1-mini-2025-04-14" in printed
    # A heading and the columns of each seed, and each line with its nearest name.
    assert len(printed) == 2 * len(ADDED) + 2 * 6


def test_lines_are_written_to_local_once(warehouse, tmp_path, capsys):
    local = tmp_path / "made" / "local"
    command = ["--db", str(warehouse), "--write", "--folder", str(local)]
    for _ in range(2):
        assert names.main(command) == 0
        assert {path.stem: path.read_text() for path in local.iterdir()} == ADDED
    with duckdb.connect(warehouse) as connection:
        connection.execute("delete from data_findings")
    capsys.readouterr()
    assert names.main(["--db", str(warehouse)]) == 0
    assert capsys.readouterr().out == "every name is known\n"


def test_what_cannot_be_done_says_what_to_do(warehouse, tmp_path, capsys):
    assert names.main(["--db", str(tmp_path / "none.duckdb")]) == 2
    assert "there is no such warehouse; load files first" in capsys.readouterr().err
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(empty).close()
    assert names.main(["--db", str(empty)]) == 2
    assert "Refresh them: dbt build" in capsys.readouterr().err
    (tmp_path / "scaffolds.csv").write_text("other,columns\n")
    command = ["--db", str(warehouse), "--write", "--folder", str(tmp_path)]
    assert names.main(command) == 2
    assert "the first line is not source,scaffold,is_gene" in capsys.readouterr().err
    assert (tmp_path / "scaffolds.csv").read_text() == "other,columns\n"


def seed(local: Path, folder: Path, *selected: str):
    """Run `dbt seed` on a warehouse of its own with a folder of local rows."""
    warehouse = folder / "evalhouse.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVALHOUSE_LOCAL", str(local))
        command = [DBT, "--quiet", "seed", "--select", *selected]
        return warehouse, run_in_repository(command, warehouse, folder)


@pytest.mark.slow
def test_rows_of_local_go_before_those_of_the_seed(tmp_path):
    local = tmp_path / "it's [my] local"
    local.mkdir()
    for name, text in {
        "hal_model_aliases": 'alias,model\ngpt-4.1,my-gpt\n"a, ""b"" #c",x\n',
        "hal_scaffold_rules": (
            "position,prefix,benchmark,scaffold\n,lantern,,Lantern\n9,lamp,gaia,Lamp\n"
        ),
        "scaffolds": "source,scaffold,is_generalist\nhal,SeeAct,\n",
        # Its own file has no row.
        "inspect_human_minutes": "path,benchmark,factor\nx,y,2\n",
        # Letters in parts, as some editors write them: they are composed in all names.
        "task_facts": (
            "source,benchmark,task_id,task_family,human_minutes\ns,b,cafe\u0301,f,10\n"
        ),
    }.items():
        (local / f"{name}.csv").write_text(text)
    path, run = seed(local, tmp_path, *(file.stem for file in local.iterdir()))
    assert run.returncode == 0, run.stdout + run.stderr
    with duckdb.connect(path, read_only=True) as connection:

        def ask(query: str) -> list[tuple]:
            return connection.sql(query).fetchall()

        # Of one key one's own row counts, and all others stay.
        aliases = "from seeds.hal_model_aliases where alias in ('gpt-4.1', 'o1')"
        assert ask(f"{aliases} order by alias") == [
            ("gpt-4.1", "my-gpt"),
            ("o1", "o1-2024-12-17"),
        ]
        assert ask("from seeds.hal_model_aliases where model = 'x'") == [
            ('a, "b" #c', "x")
        ]
        assert ask("from seeds.hal_scaffold_rules order by position limit 3") == [
            (-1, "lantern", None, "Lantern"),
            (0, "lamp", "gaia", "Lamp"),
            (1, "hal generalist agent", None, "HAL Generalist Agent"),
        ]
        assert ask("from seeds.scaffolds where scaffold = 'SeeAct'") == [
            ("hal", "SeeAct", None)
        ]
        assert ask("from seeds.inspect_human_minutes") == [("y", "x", 2.0)]
        assert ask("select task_id from seeds.task_facts") == [("caf\u00e9",)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("hal_aliases", "alias,model\n", "there is no seed of that name"),
        ("scaffolds", "scaffold,kind\na,b\n", "write those of the seed: source, "),
    ],
)
def test_a_file_of_local_that_fits_no_seed_is_refused(name, text, message, tmp_path):
    (tmp_path / f"{name}.csv").write_text(text)
    _, run = seed(tmp_path, tmp_path, "scaffolds")
    assert run.returncode != 0
    assert message in run.stdout + run.stderr
