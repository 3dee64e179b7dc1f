"""README.md and docs/tour.md show what the commands really print."""

import re

import pytest
from conftest import REPOSITORY, run_in_repository

from docs import refresh_outputs as outputs

README, TOUR = (page.read_text() for page in outputs.PAGES)
PUBLISHED = (REPOSITORY / "docs" / "published.md").read_text()
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text()
SHOWN = [*outputs.shown(README), *outputs.shown(TOUR)]
QUERIES = [pair for pair in SHOWN if pair[0] != "make run"]


def test_make_run_prints_what_the_readme_shows(made_run):
    [output] = [output for command, output in SHOWN if command == "make run"]
    assert outputs.elided(outputs.make_run_printed(made_run), output) == output


@pytest.mark.parametrize(
    ("command", "output"), QUERIES, ids=[command for command, _ in QUERIES]
)
def test_a_command_prints_what_its_page_shows(command, output, sample_warehouse):
    run = run_in_repository(
        outputs.arguments(command, sample_warehouse),
        sample_warehouse,
        sample_warehouse.parent,
    )
    assert outputs.elided(run.stdout.strip(), output) == output


def test_the_pages_show_queries_and_an_analysis():
    commands = [command for command, _ in QUERIES]
    assert sum(".venv/bin/duckdb" in command for command in commands) == 3
    assert sum(".venv/bin/dbt show" in command for command in commands) == 1


def test_the_readme_shows_both_commands_on_one_screen():
    for command in ("make run", outputs.NOT_RUN):
        assert f"$ {command}\n" in README
    assert len(README.splitlines()) <= 130


def test_an_elision_shows_the_first_and_the_last_lines_only():
    printed = "a\nb\nc\nd\n"
    assert outputs.elided(printed, "x\n...\ny\nz\n") == "a\n...\nc\nd\n"
    # Nothing to leave out, so the dots go, and a page that has them is wrong.
    assert outputs.elided(printed, "a\nb\n...\nc\nd\n") == printed
    assert outputs.elided(printed, "a\n") == printed


def test_a_page_is_refreshed_in_place():
    page = "# T\n```console\n$ one\nold\n$ two\n$ make test\nkept\n```\nrest\n"
    assert outputs.shown(page) == [("one", "old\n")]
    new = outputs.refreshed(page, {"one": "1\n2\n"}.get)
    assert new == page.replace("old\n", "1\n2\n")


def test_every_folder_and_check_that_the_pages_name_is_there():
    folders = re.findall(r"^\| `([a-z/]+/)`", CONTRIBUTING, re.MULTILINE)
    assert len(folders) > 10
    for folder in folders:
        assert (REPOSITORY / folder).is_dir(), folder
    checks = re.findall(r"`(assert_published_\w+)`", PUBLISHED)
    assert len(checks) > 10
    for check in checks:
        assert (REPOSITORY / "tests" / f"{check}.sql").is_file(), check
