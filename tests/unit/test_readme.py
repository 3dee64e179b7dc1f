"""The README shows what the commands really print."""

import re
import sys
from pathlib import Path

from conftest import DBT, REPOSITORY, run_in_repository

README = (REPOSITORY / "README.md").read_text()
# A command after its `$`, and what it prints up to the next one.
COMMANDS = re.findall(
    r"^\$ (.+)\n((?:(?!\$ |```).*\n)*)",
    "".join(re.findall(r"```console\n(.*?)```", README, re.DOTALL)),
    re.MULTILINE,
)


def shown(prefix: str) -> list[tuple[str, str]]:
    return [(line, output) for line, output in COMMANDS if line.startswith(prefix)]


def test_make_run_prints_what_the_readme_shows(made_run):
    printed = (made_run / "printed").read_text()
    for here, there in (
        (str(made_run / "sample"), "build/sample"),
        (str(made_run / "figures"), "figures"),
        (str(made_run / "report.html"), "report.html"),
        (str(made_run / "evalhouse.duckdb"), "sample.duckdb"),
    ):
        printed = printed.replace(here, there)
    [(_, output)] = shown("make run")
    output = output.replace("/home/you/evalhouse/", "")
    # A terminal shows a bar in place of the lines that say what is being read.
    lines = [line for line in printed.splitlines() if "reading" not in line]
    assert sorted(lines) == sorted(output.splitlines())


def test_queries_print_what_the_readme_shows(sample_warehouse, tmp_path):
    queries = shown(".venv/bin/duckdb")
    assert len(queries) == 3
    for line, output in queries:
        query = re.search(r'"(.+)"', line)[1]
        shell = Path(sys.executable).with_name("duckdb")
        run = run_in_repository(
            [shell, "-readonly", sample_warehouse, query], sample_warehouse, tmp_path
        )
        assert run.stdout == output


def test_an_analysis_prints_what_the_readme_shows(sample_warehouse):
    [(line, output)] = shown(".venv/bin/dbt show")
    command = [DBT, *line.split()[1:]]
    run = run_in_repository(command, sample_warehouse, sample_warehouse.parent)
    assert run.stdout.strip() == output.strip()


def test_every_folder_and_check_it_names_is_there():
    for folder in re.findall(r"^\| `([a-z/]+/)`", README, re.MULTILINE):
        assert (REPOSITORY / folder).is_dir(), folder
    for check in re.findall(r"`(assert_published_\w+)`", README):
        assert (REPOSITORY / "tests" / f"{check}.sql").is_file(), check
