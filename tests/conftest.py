"""Warehouses that several tests read, each built once.

The real data of the public studies is not part of the repository. Tests that
check published figures look for it in EVALHOUSE_REAL_DATA, else in the folder
`shared/data` beside the repository, and skip where it is absent.
"""

import atexit
import contextlib
import functools
import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import hypothesis
import pytest
from compiled import WITHOUT_INFERENCE, empty, refresh
from faults import Runner, compile_library
from filelock import FileLock
from hal_traps import write_hal_traps
from tiny_project import warehouse_of as warehouse_path
from tiny_project import write_project
from trials import Trial, build_trial, figure_trial, load_trial

import loaders.workers.worker  # noqa: F401
from loaders.__main__ import main as load_files
from loaders.formats import FORMATS
from loaders.warehouse import publish
from loaders.warehouse.schema import ensure_schema, open_for_loading
from sample import write_sample

REPOSITORY = Path(__file__).resolve().parents[1]
DBT = Path(sys.executable).with_name("dbt")
REAL_DATA = Path(
    os.environ.get("EVALHOUSE_REAL_DATA", REPOSITORY.parent / "shared" / "data")
)

# A load reads in forks of this process, each of which would import the readers itself.
for each in FORMATS.values():
    assert each.reader

# Other processes may want the machine: no test fails because it takes long. The
# examples are the same each time; `make soak` looks for new ones ("searching").
hypothesis.settings.register_profile(
    "searching",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "repeatable", hypothesis.settings.get_profile("searching"), derandomize=True
)
hypothesis.settings.load_profile("repeatable")

# The summary stays the last line: duckdb 2.0 lists its own leaks when Python ends.
atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))


def run_in_repository(
    command: list[str | Path], warehouse: Path, scratch: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command from the repository's root on `warehouse`.

    dbt's own files go to `scratch`, so that runs do not meet in `target/`.
    """
    environment = os.environ | {
        "EVALHOUSE_DB": str(warehouse),
        "DBT_TARGET_PATH": str(scratch / "target"),
        "DBT_LOG_PATH": str(scratch / "logs"),
        # It takes half a second of each run, and nothing reads it.
        "DBT_LOG_LEVEL_FILE": "none",
    }
    if command[0] == DBT:
        return run_dbt(command, environment, warehouse, scratch)
    if command[:2] == [sys.executable, "-m"] and command[2] in ("loaders", "plots"):
        run = runner(str(command[2])).run(
            *command[3:], folder=REPOSITORY, environment=environment
        )
        return subprocess.CompletedProcess(command, run.code, run.stdout, run.stderr)
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
    )


@functools.cache
def runner(command: str) -> Runner:
    """What runs dbt, the loaders or the plots; it ends with this process.

    Their first start imports for seconds, the others are forks of it.
    """
    return Runner(command)


def run_dbt(
    command: list[str | Path], environment: dict, warehouse: Path, scratch: Path
) -> subprocess.CompletedProcess[str]:
    # dbt takes over what another run has parsed where the vars and the path of the
    # warehouse are the same, as it is seen from its folder.
    environment |= {
        "EVALHOUSE_DB": warehouse.name,
        "DBT_PROJECT_DIR": str(REPOSITORY),
        "DBT_PROFILES_DIR": str(REPOSITORY),
    }
    own = scratch / "target" / PARSED
    if parsed and "--vars" not in command and not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parsed[0]() / "target" / PARSED, own)
    run = runner("dbt").run(
        *command[1:], folder=warehouse.parent, environment=environment
    )
    return subprocess.CompletedProcess(command, run.code, run.stdout, run.stderr)


PARSED = "partial_parse.msgpack"
# Returns the folder in which the project is parsed, once for all processes.
parsed: list[Callable[[], Path]] = []


def build_warehouse(scratch: Path, *paths: Path) -> Path:
    """Load `paths` into a new warehouse, build and test every view, return its path."""
    warehouse = scratch / "evalhouse.duckdb"
    load(warehouse, *paths)
    # Unit tests ask nothing of the warehouse: they run once, in test_settings.py.
    command = [DBT, "--quiet", "build", "--exclude-resource-type", "unit_test"]
    build = run_in_repository(command, warehouse, scratch)
    assert build.returncode == 0, build.stdout + build.stderr
    return warehouse


def load(warehouse: Path, *paths: Path) -> None:
    """Load files; quarantined records are not a failure: some files have them on purpose."""
    command = [sys.executable, "-m", "loaders", *paths]
    done = run_in_repository(command, warehouse, warehouse.parent)
    assert done.returncode in (0, 1), done.stdout + done.stderr


# Fixtures that build a warehouse with dbt, or read one of those.
WAREHOUSES = {
    "empty_warehouse",
    "hal_traps_warehouse",
    "made_run",
    "real_views",
    "real_warehouse",
    "refreshed_place",
    "sample_views",
    "sample_warehouse",
    "warehouse_of",
}


# The longest files first, so that no process waits at the end for another with one.
# The first two start with the two warehouses that others wait for.
LONGEST = [
    *("test_plots", "test_published", "test_engines", "test_settings", "test_corpus"),
    *("test_report_page", "test_security", "test_inference_oracle", "test_readers"),
    *("test_ratings_oracle", "test_published_leaderboard", "test_adding_a_source"),
    *("test_publish_dbt", "test_horizons", "test_report"),
    *("test_analyses", "test_warehouse", "test_hal_refusals", "test_cli"),
    *("test_table_forms", "test_table_cells", "test_faults"),
    *("test_actions_oracle", "test_leaderboard_oracle", "test_names", "test_layouts"),
    *("test_view_rules", "test_small_files", "test_metr_jsonl_fast", "test_refresh"),
    *("test_same_numbers", "test_metr_yaml_fast", "test_reading", "test_unchanged"),
    *("test_inspect_oracle", "test_surroundings", "test_harbor_files"),
    *("test_load_properties", "test_hal_encrypted", "test_benchmarks"),
    *("test_same_output", "test_docs"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a built warehouse: `make check` goes without; order the files."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        # Some tests ask for a fixture that a parameter names.
        parameters = getattr(item, "callspec", None)
        if parameters:
            names |= {name for name in parameters.params.values() if type(name) is str}
        if WAREHOUSES & names:
            item.add_marker(pytest.mark.warehouse)


def pytest_collection_finish() -> None:
    """Let no collection of garbage look through what is imported, nor any fork's.

    One in the midst of a figure or a frame finds little: a tenth of their time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def built_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a folder that the first of pytest's processes to ask has filled.

    `built_once(name, fill)` calls `fill(folder)`; the others wait for it.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def built(name: str, fill: Callable[[Path], object]) -> Path:
        folder, done = root / name, root / f"{name}.done"
        with FileLock(root / f"{name}.lock"):
            if not done.exists():
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return built


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are cores: tests wait for processes and browsers."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def parsed_once(built_once: Callable[..., Path]) -> None:
    """Let dbt parse the project for the first test that runs it, and for no other."""

    def parse(folder: Path) -> None:
        run = run_in_repository(
            [DBT, "--quiet", "parse"], folder / "evalhouse.duckdb", folder
        )
        assert run.returncode == 0, run.stdout + run.stderr

    def parsed_by_one() -> Path:
        # The run that parses has nothing to take over.
        del parsed[:]
        folder = built_once("parsed", parse)
        parsed[:] = [parsed_by_one]
        return folder

    parsed[:] = [parsed_by_one]


@pytest.fixture(scope="session")
def new_warehouse(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A warehouse into which nothing was loaded yet."""
    path = str(tmp_path_factory.mktemp("new") / "evalhouse.duckdb")
    publish._fill(path, None)
    with contextlib.closing(open_for_loading(path)) as connection:
        ensure_schema(connection)
    return path


@pytest.fixture(scope="module", autouse=True)
def new_warehouses_are_copies(
    request: pytest.FixtureRequest, new_warehouse: str
) -> Iterator:
    """Copy a new warehouse where a load in this process would make one.

    Making the tables and their comments takes longer than a small load. Commands that
    a test runs in a process of their own make them, and all tests of other folders.
    """
    fill = publish._fill

    def copied(path: str, source: int | None) -> None:
        if source is None:
            shutil.copyfile(new_warehouse, path)
        else:
            fill(path, source)

    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name == "unit":
            patch.setattr(publish, "_fill", copied)
        yield


@pytest.fixture
def load_contents(tmp_path: Path) -> Iterator[Callable]:
    """Loads a folder of JSON files, by name; returns what answers a query."""
    connections = contextlib.ExitStack()

    def loaded(status: int = 0, /, **contents: Any) -> duckdb.DuckDBPyConnection:
        folder = tmp_path / "folder"
        folder.mkdir()
        for name, content in contents.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / f"{name}.json").write_text(text)
        database = tmp_path / "x.duckdb"
        assert load_files([str(folder), "--db", str(database)]) == status
        connection = duckdb.connect(database, read_only=True)
        # The next load forks, and a fork cannot close what it has not opened.
        return connections.enter_context(connection)

    with connections:
        yield loaded


@pytest.fixture(scope="session")
def sample_paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of the shipped sample."""
    return write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def made_run(built_once: Callable[..., Path]) -> Path:
    """The folder in which `make run` has put the sample's warehouse, figures and report.

    What it printed is there too, as `printed`.
    """

    def run(folder: Path) -> None:
        settings = [
            f"FIGURES={folder / 'figures'}",
            f"REPORT={folder / 'report.html'}",
            f"SAMPLE={folder / 'sample'}",
        ]
        # In the order of a terminal: messages beside what they are about.
        in_order = ["sh", "-c", 'PYTHONUNBUFFERED=1 "$@" 2>&1', "sh"]
        make = ["make", "--no-print-directory", "run", *settings, "DATA="]
        # Never install again what runs the tests.
        make.append("--assume-old=.venv/installed")
        run = run_in_repository([*in_order, *make], folder / "evalhouse.duckdb", folder)
        assert run.returncode == 0, run.stdout
        (folder / "printed").write_text(run.stdout)
        # It is of a warehouse that is named by its whole path, as no other run names it.
        (folder / "target" / PARSED).unlink()

    return built_once("made_run", run)


@pytest.fixture(scope="session")
def sample_warehouse(made_run: Path) -> Path:
    """A warehouse of the shipped sample; every dbt test of data has passed on it."""
    return made_run / "evalhouse.duckdb"


@pytest.fixture(scope="module")
def sample_views(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the sample's warehouse."""
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def sample_report(made_run: Path) -> Path:
    """The sample's report, written by the command."""
    return made_run / "report.html"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the public studies' data, or skip."""
    if not REAL_DATA.is_dir():
        pytest.skip("the public studies' data is not here: set EVALHOUSE_REAL_DATA")
    return REAL_DATA


@pytest.fixture(scope="session")
def real_warehouse(built_once: Callable[..., Path], real_data: Path) -> Path:
    """A warehouse of the studies' files; every dbt test of data has passed on it."""
    paths = [real_data / "metr", real_data / "hal"]
    folder = built_once(
        "real_warehouse", lambda folder: build_warehouse(folder, *paths)
    )
    return folder / "evalhouse.duckdb"


@pytest.fixture(scope="module")
def real_views(real_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the real data's warehouse."""
    with duckdb.connect(real_warehouse, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def empty_warehouse(built_once: Callable[..., Path], made_run: Path) -> Path:
    """The sample's warehouse without a row in what is loaded or built."""

    def make(folder: Path) -> None:
        shutil.copyfile(made_run / "evalhouse.duckdb", folder / "evalhouse.duckdb")
        empty(folder / "evalhouse.duckdb")

    return built_once("empty", make) / "evalhouse.duckdb"


@pytest.fixture(scope="session")
def warehouse_of(
    tmp_path_factory: pytest.TempPathFactory, empty_warehouse: Path, made_run: Path
) -> Callable[..., Path]:
    """Build a warehouse from files a test wrote: `warehouse_of(path, ...)`.

    The tables of how sure we are stay empty, unless `with_inference` is true. dbt has
    built the sample, and takes ten seconds more than what it executes: its statements
    are executed here without it.
    """

    def build(
        *paths: Path, with_inference: bool = False, folder: Path | None = None
    ) -> Path:
        folder = folder or tmp_path_factory.mktemp("warehouse")
        warehouse = folder / "evalhouse.duckdb"
        shutil.copyfile(empty_warehouse, warehouse)
        load(warehouse, *paths)
        compiled = made_run / "target" / "compiled"
        refresh(warehouse, compiled, with_inference=with_inference)
        check_findings(warehouse, compiled)
        # Where dbt would have put what some tests execute again.
        (folder / "target").mkdir()
        (folder / "target" / "compiled").symlink_to(compiled)
        return warehouse

    return build


def check_findings(warehouse: Path, compiled: Path) -> None:
    """Check that every finding names its subject, or dbt would not publish it."""
    name = "evalhouse/tests/assert_findings_name_their_subject.sql"
    with duckdb.connect(warehouse, read_only=True) as connection:
        assert not connection.execute((compiled / name).read_text()).fetchall()


@pytest.fixture(scope="session")
def hal_traps_warehouse(
    built_once: Callable[..., Path], warehouse_of: Callable[..., Path]
) -> Path:
    """A warehouse of the HAL traces that stand on both sides of every rule."""

    def build(folder: Path) -> None:
        (folder / "traces").mkdir()
        traces = write_hal_traps(folder / "traces")
        warehouse_of(*traces, folder=folder)

    return built_once("hal_traps", build) / "evalhouse.duckdb"


@pytest.fixture(scope="session")
def warehouse_as_published(
    built_once: Callable[..., Path], real_warehouse: Path
) -> Path:
    """The studies' files in the studies' own reading: no correction is applied.

    Every check of a published figure has passed on it.
    """

    def refresh(folder: Path) -> None:
        warehouse = folder / "evalhouse.duckdb"
        shutil.copyfile(real_warehouse, warehouse)
        # No test but those that are named.
        named = ["--indirect-selection", "empty", "--select", "resource_type:model"]
        command = [DBT, "--quiet", "build", *named, "assert_published_*"]
        command += [*WITHOUT_INFERENCE, "--vars", "apply_corrections: false"]
        run = run_in_repository(command, warehouse, folder)
        assert run.returncode == 0, run.stdout + run.stderr

    return built_once("as_published", refresh) / "evalhouse.duckdb"


@pytest.fixture(scope="session")
def fault_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What makes a process's changes to a folder go wrong, or skip."""
    library = compile_library(tmp_path_factory.mktemp("faults"))
    if library is None:
        pytest.skip("faults are made by a C library: needs Linux and a C compiler")
    return library


@pytest.fixture(scope="session")
def loader(fault_library: Path) -> Iterator[Runner]:
    """`python -m loaders`, to be disturbed."""
    with Runner("loaders", fault_library) as runner:
        yield runner


@pytest.fixture(scope="session")
def loads(loader: Runner, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A load into a warehouse, to go wrong."""
    return load_trial(loader, tmp_path_factory.mktemp("loads"))


@pytest.fixture(scope="session")
def first_loads(loader: Runner, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A load that makes the warehouse, to go wrong."""
    return load_trial(loader, tmp_path_factory.mktemp("loads"), is_first_load=True)


@pytest.fixture(scope="session")
def builder(
    fault_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runner]:
    """`dbt`, to be disturbed."""
    scratch = tmp_path_factory.mktemp("dbt")
    own = {"DBT_TARGET_PATH": f"{scratch}/target", "DBT_LOG_PATH": f"{scratch}/logs"}
    with Runner("dbt", fault_library, **own) as runner:
        yield runner


@pytest.fixture(scope="session")
def builds(builder: Runner, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A `dbt build`, to go wrong."""
    return build_trial(builder, tmp_path_factory.mktemp("builds"))


@pytest.fixture(scope="session")
def figures(
    fault_library: Path,
    sample_warehouse: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Trial]:
    """`python -m plots`, to go wrong."""
    scratch = tmp_path_factory.mktemp("figures")
    with Runner("plots", fault_library) as runner:
        yield figure_trial(runner, scratch, sample_warehouse)


@pytest.fixture
def refreshed_place(
    tmp_path_factory: pytest.TempPathFactory, hal_traps_warehouse
) -> Path:
    """The tiny dbt project in one warehouse with all views and a user's table."""
    place = tmp_path_factory.mktemp("refreshed")
    write_project(place)
    shutil.copyfile(hal_traps_warehouse, warehouse_path(place))
    with duckdb.connect(warehouse_path(place)) as connection:
        connection.execute("create table mine as select 'keep me' as note")
    return place
