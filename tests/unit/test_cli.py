"""`python -m loaders`: what it prints, what it leaves behind, how it exits."""

import hashlib
import json
import math
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import duckdb
import pytest
from hal_traces import trace
from privileges import no_overrides

from loaders import __main__ as cli
from loaders.contract import files
from loaders.contract.files import OpenFile, unchanged
from loaders.contract.records import FileRefused
from loaders.hal import trace as hal
from loaders.metr import yaml as metr_yaml
from loaders.workers import worker as reader

REPOSITORY = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parents[1] / "fixtures"
YAML = FIXTURES / "metr_sample.yaml"
JSONL = FIXTURES / "metr_horizon_sample.jsonl"
BAD_RUN = "    bad: {action_count: 1, agent: a, human_minutes: 1, score: 7}\n"


@pytest.fixture
def database(tmp_path, monkeypatch):
    """The path of the warehouse that the command line uses by default."""
    path = tmp_path / "warehouse" / "evalhouse.duckdb"
    path.parent.mkdir()
    monkeypatch.setenv("EVALHOUSE_DB", str(path))
    return path


@pytest.fixture
def load(database, capsys):
    """Run the command line; return its exit code, stdout and stderr."""

    def run(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def folder(tmp_path):
    """A folder with a file of each format."""
    path = tmp_path / "data folder"
    path.mkdir()
    (path / "runs.yaml").write_text(YAML.read_text())
    (path / "runs.jsonl").write_text(JSONL.read_text())
    return path


def count(database, table):
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(f"select count(*) from {table}").fetchone()[0]


def as_json(out):
    return [json.loads(line) for line in out.splitlines()]


def test_a_good_file_is_loaded_once(load, database):
    assert load(YAML)[:2] == (0, f"{YAML}: 10 rows loaded\n")
    before = database.stat()
    assert load(YAML)[:2] == (0, f"{YAML}: unchanged, 10 rows\n")
    after = database.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert count(database, "raw.metr_runs") == 10


def test_a_folder_is_loaded_in_order(load, database, folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "b.YAML").write_text(YAML.read_text() + BAD_RUN)
    code, out, err = load(folder)
    assert code == 1
    assert out.splitlines() == [
        f"{folder}/: 2 files loaded, 20 rows",
        f"{folder}/sub/b.YAML: 10 rows loaded, 1 record quarantined",
    ]
    assert (
        f"{folder}/sub/b.YAML:69: score_out_of_range: score is 7; "
        "a score lies between 0 and 1, of a table between 0 and --score-max\n" in err
    )
    assert err.endswith("files: 2 loaded, 1 partly loaded\n")
    # The second load says the same about what is not in the warehouse.
    code, out, err = load(folder)
    assert code == 1
    assert out.startswith(f"{folder}/: 2 files unchanged, 20 rows\n")
    assert "b.YAML:69: score_out_of_range" in err


def test_files_of_a_folder_share_a_line_while_there_is_nothing_to_say(load, folder):
    sub = folder / "sub"
    sub.mkdir()
    load(folder / "runs.yaml")
    for name in "abc":
        (sub / f"{name}.yaml").write_text(f"{YAML.read_text()}# {name}\n")
    (sub / "bad.yaml").write_text(YAML.read_text() + BAD_RUN)
    (sub / "copy.yaml").write_text(YAML.read_text())
    (sub / "refused.json").write_text("{}")
    same = f"(the same bytes are loaded from {folder}/runs.yaml)"
    code, out, err = load(sub / "b.yaml", folder)
    assert code == 1
    assert out.splitlines()[:-1] == [
        f"{sub}/b.yaml: 10 rows loaded",
        # The only file of its folder with this status keeps its name.
        f"{folder}/runs.jsonl: 10 rows loaded",
        f"{folder}/runs.yaml: unchanged, 10 rows",
        f"{sub}/: 2 files loaded, 20 rows",
        f"{sub}/bad.yaml: 10 rows loaded, 1 record quarantined",
        f"{sub}/copy.yaml: unchanged, 10 rows {same}",
    ]
    assert out.splitlines()[-1].startswith(f"{sub}/refused.json: refused: ")
    assert [line for line in err.splitlines() if "reading" in line] == [
        f"{sub}/b.yaml: reading {(sub / 'b.yaml').stat().st_size:,} bytes",
        f"{folder}/: reading 2 files",
        f"{sub}/: reading 5 files",
    ]
    paths = [each["path"] for each in as_json(load("--json", folder)[1])]
    assert len(paths) == len(set(paths)) == 8


def test_a_glob_and_the_same_file_twice(load, folder):
    link = folder.parent / "link.yaml"
    link.symlink_to(folder / "runs.yaml")
    code, out, _ = load(folder / "*.yaml", folder / "runs.yaml", link, folder)
    assert code == 0
    assert out.splitlines() == [
        f"{folder}/runs.yaml: 10 rows loaded",
        f"{folder}/runs.jsonl: 10 rows loaded",
    ]


def test_a_name_with_glob_characters_is_a_name(load, tmp_path):
    path = tmp_path / "runs[1].yaml"
    path.write_text(YAML.read_text())
    assert load(path)[0] == 0


def test_other_files_in_a_folder_are_skipped_aloud(load, folder):
    (folder / "README.txt").write_text("hello")
    (folder / "empty").touch()
    (folder / ".hidden.yaml").write_text("x: [")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.yaml").write_text("x: [")
    (folder / "old.duckdb").write_text("x")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    code, out, err = load(folder)
    assert code == 0
    assert out == f"{folder}/: 2 files loaded, 20 rows\n"
    for name in ("README.txt", "empty", "loop", "pipe"):
        assert f"{folder}/{name}: skipped: " in err
    assert err.endswith("files: 2 loaded, 4 skipped\n")


def test_a_data_file_in_a_folder_is_not_skipped(load, folder):
    (folder / "other.json").write_text("{}")
    code, out, _ = load(folder)
    assert code == 1
    assert f"{folder}/other.json: refused: unknown_format: " in out


def test_a_link_to_another_folder_is_not_skipped(load, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "linked").symlink_to(elsewhere)
    code, out, _ = load(folder)
    assert (code, f"{folder}/linked: refused: linked_folder: " in out) == (1, True)


def test_a_spreadsheet_is_recognised_and_refused(load, tmp_path):
    with zipfile.ZipFile(tmp_path / "runs.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    code, out, _ = load(tmp_path)
    assert (code, "it is a spreadsheet: save" in out) == (1, True)


@pytest.mark.parametrize("arguments", [["nowhere.yaml"], ["*.nothing"], ["a/b"]])
def test_a_path_that_is_nothing_stops_everything(load, database, arguments):
    code, out, err = load(YAML, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"{arguments[0]}: there is no such file, folder or match")
    assert not database.exists()


def test_a_folder_without_data_is_nothing_done(load, database, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    code, out, err = load(empty)
    assert (code, out) == (2, "")
    assert "no file to load" in err
    assert not database.exists()


@pytest.mark.parametrize(
    ("make", "reason_code"),
    [
        (lambda path: os.mkfifo(path), "not_a_regular_file"),
        (lambda path: path.symlink_to(path), "unreadable"),
        (lambda path: path.symlink_to("nowhere"), "unreadable"),
        (lambda path: path.symlink_to("/dev/null"), "not_a_regular_file"),
        (lambda path: path.write_bytes(b""), "empty_file"),
        (lambda path: path.write_text("hello"), "unknown_format"),
    ],
)
def test_a_named_path_that_is_no_data_is_refused(load, tmp_path, make, reason_code):
    path = tmp_path / "runs.yaml"
    make(path)
    code, out, _ = load(path, YAML)
    assert code == 1
    assert out.startswith(f"{path}: refused: {reason_code}: ")
    assert out.endswith(f"{YAML}: 10 rows loaded\n")


def test_what_may_not_be_read_is_refused(load, folder):
    (folder / "runs.yaml").chmod(0)
    (folder / "sub").mkdir(mode=0)
    with no_overrides():
        code, out, _ = load(folder)
    assert code == 1
    assert out.count("refused: unreadable: it cannot be read") == 2


def test_a_refused_file_says_where_and_leaves_the_rest(load, tmp_path):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text() + "x: [")
    code, out, _ = load(path)
    assert code == 1
    assert out.startswith(f"{path}:69: refused: wrong_nesting: ")


def test_strict_refuses_a_file_with_a_bad_record(load, database, tmp_path):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text() + BAD_RUN)
    code, out, _ = load("--strict", path)
    assert code == 1
    assert out.startswith(f"{path}:69: refused: strict: ")
    assert count(database, "raw.metr_runs") == 0


def test_strict_refuses_a_partly_loaded_file_though_it_is_unchanged(
    load, database, tmp_path
):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text() + BAD_RUN)
    load(path)
    before = database.stat()
    code, out, _ = load("--strict", path)
    assert code == 1
    assert out.startswith(f"{path}:69: refused: strict: ")
    assert database.stat().st_mtime_ns == before.st_mtime_ns
    assert count(database, "raw.metr_runs") == 10
    assert load("--strict", YAML)[0] == load("--strict", YAML)[0] == 0


def test_a_file_without_a_good_record_is_refused(load, database, tmp_path):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text())
    load(path)
    path.write_text(f"f:\n  v:\n{BAD_RUN}")
    code, out, _ = load(path)
    assert code == 1
    assert out.startswith(f"{path}:3: refused: no_record_loaded: all its records (1)")
    assert count(database, "raw.metr_runs") == 10


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("runs.yaml", "bad: {action_count: 1,", "bad: {action_count: -1,"),
        ("runs.jsonl", '"score":0.0', '"score":7'),
    ],
)
def test_an_id_with_one_invalid_copy_is_not_loaded(load, tmp_path, name, good, bad):
    run = BAD_RUN.replace("score: 7", "score: 0")
    text = YAML.read_text() + run
    if name == "runs.jsonl":
        text = JSONL.read_text()
        run = text.splitlines(keepends=True)[0]
    path = tmp_path / name
    path.write_text(text + run.replace(good, bad))
    _, _, err = load(path)
    assert ": conflicting_duplicate: 2 records with this run_id differ" in err


def test_a_dry_run_misses_the_folder_too(load, tmp_path):
    code, out, err = load("--dry-run", YAML, "--db", tmp_path / "none" / "x.duckdb")
    assert code == 2
    assert not out
    assert f"the folder {tmp_path}/none does not exist; create it" in err


def test_a_dry_run_changes_nothing(load, database):
    code, out, err = load("--dry-run", YAML)
    assert (code, out) == (0, f"{YAML}: 10 rows loaded\n")
    assert err.endswith("dry run, nothing was written\n")
    assert not database.exists()


def test_a_format_can_be_forced(load, tmp_path):
    path = tmp_path / "runs"
    path.write_text("hello: {}")
    code, out, _ = load("--format", "metr-yaml", path)
    assert code == 1
    assert ": refused: empty_file: " in out


def test_an_unknown_format_is_wrong_usage(load):
    with pytest.raises(SystemExit) as stopped:
        load("--format", "csv", YAML)
    assert stopped.value.code == 2


def test_json_is_all_that_stdout_gets(load, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(YAML.read_text() + BAD_RUN + BAD_RUN.replace("bad", "worse"))
    broken = tmp_path / "broken.yaml"
    broken.write_text("x: [")
    load(YAML)
    copy = tmp_path / "copy.yaml"
    copy.write_text(YAML.read_text())
    code, out, _ = load("--json", YAML, JSONL, bad, broken, copy)
    assert code == 1
    quarantined = {
        "reason_code": "score_out_of_range",
        "count": 2,
        "first_position": "69",
        "detail": "score is 7; a score lies between 0 and 1, "
        "of a table between 0 and --score-max",
    }
    results = as_json(out)
    assert results[0] == {
        "path": str(YAML),
        "format": "metr-yaml",
        "status": "unchanged",
        "record_count": 10,
        "loaded_count": 10,
        "quarantined_count": 0,
        "reasons": [],
        "detail": None,
    }
    assert results[1]["status"] == "loaded"
    assert results[2] == {
        "path": str(bad),
        "format": "metr-yaml",
        "status": "partly_loaded",
        "record_count": 12,
        "loaded_count": 10,
        "quarantined_count": 2,
        "reasons": [quarantined],
        "detail": None,
    }
    assert results[3]["status"] == "refused"
    assert results[3]["reasons"][0]["reason_code"] == "unknown_format"
    assert results[4]["detail"] == f"the same bytes are loaded from {YAML}"


def test_many_reasons_are_cut_short(load, tmp_path):
    wrong = ["score: 2", "score: x", "score: .nan", "score: ", "", "score: 1"]
    runs = "".join(
        f"    r{i}: {{action_count: 1.5, agent: a, human_minutes: 1, {field}}}\n"
        for i, field in enumerate(wrong)
    )
    path = tmp_path / "runs.yaml"
    path.write_text(f"{YAML.read_text()}{runs}    r: 1\n    s: 1\n")
    code, _, err = load(path)
    assert code == 1
    assert f"{path}:75: not_a_record: 'r' has no fields; " in err
    assert "(the first of 2 records)" in err
    assert "... and 2 more: from raw.quarantine\n" in err


def test_names_cannot_steer_the_terminal(load, tmp_path):
    path = tmp_path / "\x1b[31m\u202eruns\n.yaml"
    path.write_text('f:\n  "v\\e[2J": 1\n  action_count:\n  score:\n')
    _, out, err = load(path)
    assert "\\x1b[31m\\u202eruns\\n.yaml" in out
    assert "\x1b" not in out + err
    assert len(out.splitlines()) == 1


def test_a_name_that_is_not_utf8(load, tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.yaml"
    try:
        Path(os.fsdecode(path)).write_text(YAML.read_text())
    except OSError:
        pytest.skip("this file system wants UTF-8")
    code, out, _ = load(os.fsdecode(path))
    assert code == 0
    assert "\\udcff.yaml: 10 rows loaded" in out
    assert load("--json", os.fsdecode(path))[0] == 0


def test_the_warehouse_itself_is_passed_over(load, database, monkeypatch):
    other = database.with_name("warehouse.yaml")
    monkeypatch.setenv("EVALHOUSE_DB", str(other))
    load(YAML)
    code, _, err = load(other)
    assert code == 2
    assert "no file to load" in err
    assert load(other.parent, YAML)[0] == 0


def test_a_warehouse_that_is_none_is_left_alone(load, database):
    database.write_text("my notes\n" * 1000)
    code, out, err = load(YAML)
    assert (code, out) == (2, "")
    assert str(database) in err
    assert database.read_text() == "my notes\n" * 1000


def test_a_full_disk_is_a_message(load, database, monkeypatch):
    def fail(_stream):
        raise OSError(28, "No space left on device", str(database))

    monkeypatch.setattr(metr_yaml, "read", fail)
    code, out, err = load(YAML)
    assert (code, out) == (2, "")
    assert f"{database}: No space left on device; the warehouse is unchanged" in err


@pytest.mark.parametrize("name", ["runs.yaml", "runs.jsonl", "trace.json"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    load, database, tmp_path, monkeypatch, name
):
    path = tmp_path / name
    text = {".yaml": YAML, ".jsonl": JSONL}.get(path.suffix)
    path.write_text(text.read_text() if text else json.dumps(trace()))
    load(path)
    before = count(database, "raw.files")
    original = path.read_text()
    path.write_text(f"{original} \n")

    def write(batches, source):
        # As many bytes as before: only its times give it away, which tick slowly.
        time.sleep(0.02)
        path.write_text(f"{original}  ")
        return unchanged(batches, source)

    monkeypatch.setattr(reader, "unchanged", write)
    code, out, _ = load(path)
    assert code == 1
    assert f"{path}: refused: changed_while_reading: it changed while" in out
    assert count(database, "raw.files where status <> 'refused'") == before


def test_that_a_file_changes_is_the_reason_for_what_its_reader_finds(tmp_path):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text())
    with path.open("rb") as file:
        source = OpenFile(file)
        path.write_text(YAML.read_text() + "x: [\n")
        with pytest.raises(FileRefused) as refused:
            list(unchanged(metr_yaml.read(source), source))
    assert refused.value.reason_code == "changed_while_reading"


@pytest.fixture
def settled(monkeypatch):
    """Files count as written long ago, so that they may be known by their times."""
    monkeypatch.setattr(files, "_TIMES_TICK_NS", 0)


@pytest.fixture
def unread(monkeypatch):
    """From when it is called on, no file may be opened."""

    def refuse(path):
        raise AssertionError(f"{path} was opened")

    return lambda: monkeypatch.setattr(reader, "open_regular", refuse)


@pytest.mark.usefixtures("settled")
def test_a_file_that_nobody_wrote_to_is_not_even_opened(load, folder, unread):
    (folder / "copy.yaml").write_text(YAML.read_text())
    (folder / "more.yaml").write_text(YAML.read_text() + BAD_RUN)
    load(folder)
    before = load("--rehash", folder)
    unread()
    assert load(folder) == before
    assert f"the same bytes are loaded from {folder}/copy.yaml" in before[1]
    assert f"{folder}/more.yaml: unchanged, 10 rows, 1 record quarantined" in before[1]


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "arguments", [["--rehash"], ["--strict"], ["--format", "metr-jsonl"]]
)
def test_a_file_is_opened_where_its_times_do_not_suffice(
    load, tmp_path, unread, arguments
):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text() + BAD_RUN)
    load(path)
    unread()
    with pytest.raises(AssertionError, match="was opened"):
        load(*arguments, path)


def test_a_file_written_just_before_its_load_is_hashed_again(
    load, database, tmp_path, unread
):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text())
    load(path)
    # Another write in the same tick would leave the same times.
    assert count(database, "raw.file_paths where modified_ns is null") == 1
    unread()
    with pytest.raises(AssertionError, match="was opened"):
        load(path)


@pytest.mark.usefixtures("settled")
def test_times_that_changed_alone_are_learned_with_the_next_change(
    load, database, folder, unread
):
    load(folder)
    os.utime(folder / "runs.yaml")
    before = database.stat()
    assert "2 files unchanged" in load(folder)[1]
    # Not worth a copy of the warehouse: to hash so few bytes is quicker.
    assert database.stat().st_ino == before.st_ino
    (folder / "new.yaml").write_text(YAML.read_text() + BAD_RUN)
    assert "2 files unchanged" in load(folder)[1]
    unread()
    assert "2 files unchanged" in load(folder)[1]


@pytest.mark.usefixtures("settled")
def test_times_alone_are_learned_where_hashing_takes_longer(
    load, database, tmp_path, unread
):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text())
    load(path)
    path.write_text(YAML.read_text() + "#" * 2 * database.stat().st_size)
    load(path)
    os.utime(path)
    assert load(path)[1] == f"{path}: unchanged, 10 rows\n"
    unread()
    assert load(path)[1] == f"{path}: unchanged, 10 rows\n"


@pytest.mark.usefixtures("settled")
def test_a_warehouse_without_times_gains_them(load, database, folder, unread):
    load(folder)
    with duckdb.connect(database) as connection:
        for column in ("modified_ns", "changed_ns"):
            connection.execute(f"alter table raw.file_paths drop column {column}")
    assert "2 files unchanged" in load(folder)[1]
    (folder / "new.yaml").write_text(YAML.read_text() + BAD_RUN)
    assert "2 files unchanged" in load(folder)[1]
    with duckdb.connect(database, read_only=True) as connection:
        described = "from duckdb_columns() where column_name = 'changed_ns'"
        [comment] = connection.sql(f"select comment {described}").fetchall()
    assert "it cannot be set" in comment[0]
    unread()
    assert "2 files unchanged" in load(folder)[1]


@pytest.mark.usefixtures("settled")
def test_what_a_path_held_before_is_not_taken_for_unchanged(load, tmp_path):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text())
    load(path)
    at = path.stat().st_mtime_ns
    path.write_text("x: [")
    assert load(path)[0] == 1
    path.write_text(YAML.read_text())
    os.utime(path, ns=(at, at))
    assert load(path)[1] == f"{path}: 10 rows loaded\n"


@pytest.mark.usefixtures("settled")
def test_bytes_are_known_by_their_hash_not_by_their_size_or_time(load, tmp_path):
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text())
    load(path)
    at = path.stat().st_mtime_ns
    path.write_text(YAML.read_text().replace("score: 0.0", "score: 1.0", 1))
    os.utime(path, ns=(at, at))
    assert load(path)[1] == f"{path}: 10 rows loaded\n"
    os.utime(path)
    assert load(path)[1] == f"{path}: unchanged, 10 rows\n"


@pytest.mark.parametrize("name", ["runs.yaml", "trace.json"])
@pytest.mark.parametrize("is_asked_first", [True, False])
def test_every_byte_of_a_file_is_hashed(tmp_path, name, is_asked_first):
    path = tmp_path / name
    # NaN is repaired in a copy, which must not be what is hashed.
    written = json.dumps(trace(total_cost=math.nan))
    path.write_text(YAML.read_text() if name == "runs.yaml" else written)
    read = metr_yaml.read if name == "runs.yaml" else hal.read
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    with path.open("rb") as file:
        source = OpenFile(file)
        if is_asked_first:
            assert source.sha256() == expected
        assert sum(len(batch.rows) for batch in read(source)) > 0
        assert source.sha256() == source.sha256() == expected


def test_progress_on_a_terminal(load, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    code, out, err = load(YAML)
    assert (code, out) == (0, f"{YAML}: 10 rows loaded\n")
    assert "rows/s" in err
    assert "B/s" in err


def test_the_command_itself(database):
    command = [sys.executable, "-m", "loaders", YAML]
    done = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"{YAML}: 10 rows loaded\n")


def test_a_load_can_ask_that_something_is_loaded(load, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("x: [")
    assert load(bad)[0] == 1
    assert load("--require-loaded", bad)[0] == 2
    assert load("--require-loaded", bad, YAML)[0] == 1
    assert load("--require-loaded", YAML)[0] == 0  # it is loaded already
    # What was loaded from there earlier is not loaded now.
    path = tmp_path / "runs.yaml"
    path.write_text(YAML.read_text() + BAD_RUN)
    assert load("--require-loaded", path)[0] == 1
    path.write_text("x: [")
    assert load("--require-loaded", path)[0] == 2


def test_a_note_stays_with_the_files_that_it_was_said_of(load, database):
    notes = "select path, note from raw.files order by path"
    load("--note", "made up; don't trust", YAML)
    load("--note", "", JSONL)
    load("--note", "another", YAML)  # it is unchanged
    expected = [(str(JSONL), None), (str(YAML), "made up; don't trust")]
    with duckdb.connect(database, read_only=True) as connection:
        assert connection.sql(notes).fetchall() == sorted(expected)
