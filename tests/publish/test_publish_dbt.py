"""dbt_plugin.py: dbt publishes what passed, and nothing else.

On a project of its own, see tiny_project.py.
"""

import contextlib
import hashlib
import multiprocessing
import multiprocessing.forkserver
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from privileges import no_overrides, read_only
from tiny_project import GENERATIONS, ROWS, ask, generation, warehouse_of, write_project

from loaders.warehouse.publish import Refresh

# dbt takes seconds to import and to get ready, so that is done once, in a process from
# which each run is forked.
forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["warm_dbt"])


@pytest.fixture(scope="module", autouse=True)
def fork_server() -> None:
    """Start it where it finds what it is to import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        multiprocessing.forkserver.ensure_running()


@pytest.fixture(scope="module")
def built_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_project(folder)
    code, output = dbt(folder, "build")
    assert code == 0, output
    return folder


@pytest.fixture
def project(built_project: Path, tmp_path: Path) -> Path:
    """A project of one's own, with a warehouse of one generation."""
    return Path(shutil.copytree(built_project, tmp_path, dirs_exist_ok=True))


def dbt_main(arguments: list[str], project: Path, environment: dict[str, str]) -> None:
    """Be the dbt command line, with its output in dbt.out."""
    os.chdir(project)
    # Ignored in a background job, and then in all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ |= environment
    output = os.open("dbt.out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    from dbt.cli.main import cli

    refused = (
        no_overrides() if "NO_OVERRIDES" in environment else contextlib.nullcontext()
    )
    with refused:
        cli(["--no-use-colors", *arguments])


def start(project: Path, *arguments: str, **environment: str):
    process = forks.Process(
        target=dbt_main, args=(list(arguments), project, environment)
    )
    process.start()
    return process


def dbt(project: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run a dbt command and return its exit code and what it printed."""
    process = start(project, *arguments, **environment)
    process.join()
    return process.exitcode, (project / "dbt.out").read_text()


def state(project: Path) -> tuple[list[str], int, int, str]:
    """Return all by which one could tell that the warehouse was touched."""
    status = warehouse_of(project).stat()
    content = hashlib.sha256(warehouse_of(project).read_bytes()).hexdigest()
    return beside(project), status.st_ino, status.st_mtime_ns, content


def beside(project: Path) -> list[str]:
    return [name for name in os.listdir(project) if "evalhouse" in name]


def test_build_without_a_warehouse_makes_one(project):
    warehouse_of(project).unlink()
    code, output = dbt(project, "build")
    assert code == 0, output
    assert f"Published {warehouse_of(project)}" in output
    assert generation(project)
    assert ask(project, "from run_count") == [(0,)]
    assert beside(project) == ["evalhouse.duckdb"]


def test_command_line_needs_no_more_than_the_profile(project):
    """As a user types it: the plugin is found, the exit code is dbt's."""
    command = [Path(sys.executable).with_name("dbt"), "build"]
    before = generation(project)
    build = subprocess.run(command, cwd=project, check=False, capture_output=True)
    assert build.returncode == 0, build.stdout
    assert generation(project) != before


def test_a_second_refresh_is_refused_and_names_the_first(project):
    with Refresh(warehouse_of(project)):
        code, output = dbt(project, "build")
    assert code == 2
    assert f"refreshed by process {os.getpid()}" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    "fault",
    [
        {"IS_TAX_EVADED": "true"},
        {"IS_THIRD_WRONG": "true"},
        {"THIRD_CLAUSE": "where nowhere"},
    ],
    ids=["first test", "last test", "model"],
)
def test_whatever_fails_nothing_is_published(project, fault):
    before = state(project)
    code, output = dbt(project, "build", **fault)
    assert code == 1
    assert f"Not published, {warehouse_of(project)} is unchanged" in output
    assert state(project) == before


def test_one_model_and_seeds_are_published_too(project):
    before = generation(project)
    code, output = dbt(project, "run", "--select", "second")
    assert code == 0, output
    assert f"Published {warehouse_of(project)}" in output
    [(now,)] = ask(project, "select distinct generation from second")
    assert now != before
    assert ask(project, "select distinct generation from third") == [(before,)]
    with duckdb.connect(warehouse_of(project)) as connection:
        connection.execute("delete from rates")
    code, output = dbt(project, "seed")
    assert code == 0, output
    assert ask(project, "from rates") == [("usd", 1.0)]


def test_first_build_that_fails_makes_no_warehouse(project):
    warehouse_of(project).unlink()
    code, output = dbt(project, "build", IS_TAX_EVADED="true")
    assert code == 1
    assert "does not exist yet" in output
    assert not warehouse_of(project).exists()


def test_warning_publishes(project):
    code, output = dbt(project, "build", IS_TAX_EVADED="true", SEVERITY="warn")
    assert "WARN=1" in output
    assert code == 0
    assert generation(project)


def test_retry_does_not_publish_half_a_build(project):
    # It goes by the results of the last run, which have to be written for it.
    dbt(project, "build", IS_TAX_EVADED="true", DBT_WRITE_JSON="true")
    before = state(project)
    code, output = dbt(project, "retry")
    assert code == 2
    assert "run `dbt build` instead" in output
    assert state(project) == before


def test_docs_without_a_manifest_are_refused(project):
    code, output = dbt(project, "docs", "generate")
    assert code == 2
    assert "run `dbt --write-json docs generate`" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    "arguments",
    [
        ["test"],
        ["show", "--select", "first"],
        ["compile"],
        ["--write-json", "docs", "generate"],
        ["ls"],
        ["debug"],
        ["build", "--empty"],
    ],
    ids=" ".join,
)
def test_reading_commands_change_nothing_and_wait_for_nobody(project, arguments):
    before = state(project)
    with Refresh(warehouse_of(project)):
        code, output = dbt(project, *arguments)
    assert code == 0, output
    assert state(project) == before


def test_operation_publishes_if_it_succeeded(project):
    make = ["run-operation", "make", "--args"]
    code, output = dbt(project, *make, "{sql: create table mine as select 1 as number}")
    assert code == 0, output
    assert ask(project, "from mine") == [(1,)]
    before = state(project)
    code, output = dbt(project, *make, "{sql: create tabl}")
    assert code == 1
    assert state(project) == before


def test_read_only_folder_is_named(project):
    before = state(project)
    # dbt's own files have to go somewhere.
    elsewhere = project.parent / f"{project.name}_elsewhere"
    own = {"DBT_TARGET_PATH": str(elsewhere), "DBT_LOG_PATH": str(elsewhere)}
    (project / "dbt.out").touch()
    with read_only(project):
        code, output = dbt(project, "build", NO_OVERRIDES="true", **own)
        assert code == 2
        assert f"cannot write in the folder {project} (Permission denied)" in output
        assert "Traceback" not in output
        code, output = dbt(project, "test", NO_OVERRIDES="true", **own)
        assert code == 0, output
    assert state(project) == before


def test_users_tables_and_views_survive_a_build(project):
    with duckdb.connect(warehouse_of(project)) as connection:
        connection.execute("create table mine as select 'keep me' as note")
        connection.execute("create view my_view as from evalhouse.main.mine")
    code, output = dbt(project, "build")
    assert code == 0, output
    assert ask(project, "from my_view") == [("keep me",)]


def test_open_shell_is_named(project):
    before = generation(project)
    with duckdb.connect(warehouse_of(project)):
        for command in ("build", "test"):
            code, output = dbt(project, command)
            assert code == 2
            assert f"open for writing in process {os.getpid()}" in output
            assert "Traceback" not in output
    assert generation(project) == before


def start_changing(project: Path):
    """Start a build and return it once it has a copy to change."""
    build = start(project, "build")
    folder = project / ".evalhouse.duckdb.build"
    while build.is_alive():
        # A killed build before this one may have left its copy.
        with contextlib.suppress(FileNotFoundError):
            is_own = (folder / ".pid").read_text() == str(build.pid)
            if is_own and (folder / "evalhouse.duckdb").exists():
                return build
        time.sleep(0.005)
    raise AssertionError((project / "dbt.out").read_text())


def test_build_that_cannot_be_published_fails(project):
    """Someone else's log turns up beside the warehouse during the build."""
    log = project / "evalhouse.duckdb.wal"
    build = start_changing(project)
    log.write_bytes(b"of a process that ignores locks")
    build.join()
    assert build.exitcode == 2
    assert "Not published" in (project / "dbt.out").read_text()
    log.unlink()
    assert generation(project)


def test_interrupted_build_publishes_nothing(project):
    before = state(project)
    build = start_changing(project)
    os.kill(build.pid, signal.SIGINT)
    build.join()
    # As a program that calls dbt; how the command ends is tested in test_faults.py.
    assert build.exitcode != 0
    assert state(project) == before


def test_the_copy_is_removed_while_another_thread_uses_it(tmp_path):
    """As after Ctrl-C, when dbt ends before its threads do."""
    # All of pytest's processes would import dbt, as they collect this file.
    from loaders.warehouse.dbt_plugin import Plugin

    plugin = Plugin.create("loaders.warehouse.dbt_plugin")
    refresh = plugin._copies.enter_context(Refresh(tmp_path / "evalhouse.duckdb"))
    is_running, may_end = threading.Event(), threading.Event()

    def wait() -> bool:
        is_running.set()
        return may_end.wait()

    with duckdb.connect(refresh.path) as connection:
        plugin.configure_connection(connection)
        connection.create_function("wait", wait, [], "boolean")
        thread = threading.Thread(target=connection.execute, args=("select wait()",))
        thread.start()
        assert is_running.wait(60)
        plugin._discard()
        assert not beside(tmp_path)
        may_end.set()
        thread.join()


READER = f"""
import duckdb, sys
while True:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        print(*connection.execute('''{GENERATIONS}''').fetchall(), flush=True)
"""


def test_readers_never_wait_and_never_see_half_a_build(project):
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, warehouse_of(project)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    expected, seen = set(), set()

    def see_the_generation() -> None:
        """Read on until the reader has seen what is there now."""
        now = str((generation(project), 3 * ROWS))
        expected.add(now)
        while now not in seen:
            line = reader.stdout.readline()
            assert line, reader.communicate()[1]
            seen.add(line.rstrip("\n"))

    see_the_generation()
    for _ in range(2):
        dbt(project, "build")
        see_the_generation()
    assert reader.poll() is None, reader.communicate()[1]
    reader.kill()
    # The last line may have been cut short.
    seen.update(reader.communicate()[0].splitlines()[:-1])
    assert seen == expected


def test_killed_build_leaves_one_whole_generation(project):
    """A killed build leaves the old views or the new ones, whole."""
    build = start_changing(project)
    started = time.monotonic()
    build.join()
    duration = time.monotonic() - started
    moments = random.Random(5)
    for _ in range(4):
        build = start_changing(project)
        time.sleep(moments.uniform(0, 1.1) * duration)
        build.kill()
        build.join()
        assert generation(project)
    before = generation(project)
    code, output = dbt(project, "build")
    assert code == 0, output
    assert generation(project) != before
    assert beside(project) == ["evalhouse.duckdb"]
