"""Files as people keep them: packed, in an array, merged, linked, zipped again."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import struct
import tarfile
import zlib
from pathlib import Path

import duckdb
import pytest
from backports import zstd
from corpus import hal, metr_jsonl, metr_yaml, zips

from loaders import __main__ as cli
from loaders.contract import json_array, unpacked
from loaders.contract.files import InputFile

RUNS = (metr_jsonl.run("a") + metr_jsonl.run("b", score=0)).encode()
YAML = metr_yaml.GOOD
TRACE = hal.GOOD


@pytest.fixture
def load(tmp_path, capsys):
    """Load a folder's file; return exit code, what is printed, and counts by table."""

    def run(content: bytes | None = None, name: str = "", *options: str):
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        if content is not None:
            (folder / name).write_bytes(content)
        database = tmp_path / "x.duckdb"
        code = cli.main([str(folder), "--db", str(database), *options])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def put(tmp_path: Path, name: str, content: bytes) -> None:
    """Write a file into the folder that is loaded."""
    path = tmp_path / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def rows(tmp_path: Path, query: str) -> list[tuple]:
    with duckdb.connect(tmp_path / "x.duckdb", read_only=True) as connection:
        return connection.sql(query).fetchall()


def pieces_of_zstd(content: bytes) -> bytes:
    """Return two frames, and before them one that zstd passes over."""
    half = len(content) // 2
    passed_over = b"\x51\x2a\x4d\x18\2\0\0\0xx"
    return passed_over + zstd.compress(content[:half]) + zstd.compress(content[half:])


def test_what_is_packed_is_read(load, tmp_path):
    for number, pack in enumerate([gzip.compress, zstd.compress, pieces_of_zstd]):
        trace = json.dumps(hal.trace({"run_id": f"t{number}"})).encode()
        sealed = json.dumps(hal.trace({"run_id": f"z{number}"})).encode()
        for content, name in {
            RUNS.replace(b'"a"', b'"a%d"' % number): "runs.jsonl",
            YAML.replace(b"r:", b"r%d:" % number): "runs.yaml",
            trace: "run_UPLOAD.json",
            zips.zipped(("a.encrypted", zips.member(zips.token(sealed)))): "run.zip",
        }.items():
            put(tmp_path, f"{number}/{name}.packed", pack(content))
    code, said = load()
    assert code == 0, said
    for table, count in {"metr_horizon_runs": 6, "metr_runs": 3}.items():
        assert rows(tmp_path, f"select count(*) from raw.{table}") == [(count,)]
    found = rows(tmp_path, "select run_id from raw.hal_evaluations order by run_id")
    assert [run_id for (run_id,) in found] == ["t0", "t1", "t2", "z0", "z1", "z2"]


def test_the_hash_is_that_of_the_packed_file(load, tmp_path):
    packed = gzip.compress(RUNS)
    load(packed, "runs.jsonl.gz")
    [(file_id,)] = rows(tmp_path, "select file_id from raw.files")
    assert file_id == hashlib.sha256(packed).hexdigest()[:16]
    assert "unchanged" in load(packed, "runs.jsonl.gz")[1]


NOT_READ = [
        (gzip.compress(RUNS)[:-9], "runs.jsonl.gz", "truncated"),
        (zstd.compress(RUNS)[:-2], "runs.jsonl.zst", "truncated"),
        (gzip.compress(RUNS) + b"junk", "runs.jsonl.gz", "broken_compression"),
        (gzip.compress(RUNS)[:-8] + bytes(8), "x.gz", "broken_compression"),
        (bz2.compress(RUNS), "runs.jsonl.bz2", "compressed"),
        (lzma.compress(RUNS), "runs", "compressed"),
        (gzip.compress(gzip.compress(RUNS, mtime=0), mtime=0), "runs.gz", "compressed"),
        (zips.zipped(("runs.jsonl", RUNS)), "runs.zip", "compressed"),
        (gzip.compress(b"hello", mtime=0), "runs.json.gz", "unknown_format"),
        (b'[{"task_id": "a", "score": 1}]', "runs", "unknown_format"),
        (b'{"task_id": "a", "score": 1}\n', "runs.jsonl.bak", "unknown_format"),
        (b"<!DOCTYPE html><html></html>", "runs.jsonl", "web_page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
         "runs.jsonl", "pointer_file"),
        (b"/annex/objects/SHA256E-s9--0.jsonl\n", "runs.jsonl", "pointer_file"),
        (b"outs:\n- md5: 0\n  size: 9\n  path: runs.jsonl\n", "runs.jsonl.dvc",
         "pointer_file"),
        (b"<<<<<<< HEAD\n" + RUNS + b"=======\n>>>>>>> b\n", "runs.jsonl",
         "merge_conflict"),
        (YAML + b"<<<<<<< HEAD\n" + YAML + b"=======\n>>>>>>> b\n", "runs.yaml",
         "merge_conflict"),
        (TRACE.replace(b"{", b"{\n<<<<<<< HEAD\n", 1), "run_UPLOAD.json",
         "merge_conflict"),
    ]  # fmt: skip


def test_what_is_not_read_says_what_it_is(load, tmp_path):
    for number, (content, name, _) in enumerate(NOT_READ):
        put(tmp_path, f"{number}/{name}", content)
    code, said = load()
    assert code == 1
    for number, (_, name, reason) in enumerate(NOT_READ):
        [line] = [
            line for line in said.splitlines() if f"/data/{number}/{name}" in line
        ]
        assert f": refused: {reason}: " in line


def test_a_tar_says_that_it_is_one(load):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("runs.jsonl")
        member.size = len(RUNS)
        archive.addfile(member, io.BytesIO(RUNS))
    code, said = load(packed.getvalue(), "runs.tgz")
    assert (code, "refused: compressed: it is an archive (tar)" in said) == (1, True)


NO_DATA = [
    (b"hello", "README"),
    (gzip.compress(b"a log", mtime=0), "agent.log.gz"),
    (b"<html></html>", "index.html"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "model.bin"),
    (b"<<<<<<< HEAD\nx = 1\n", "plot.py"),
    (b'{"version": 2, "width": 80}\n[0.1, "o", "$ "]\n', "agent.cast"),
]


def test_what_is_no_data_is_skipped(load, tmp_path):
    for content, name in NO_DATA:
        put(tmp_path, name, content)
    code, said = load(RUNS, "runs.jsonl")
    assert code == 0, said
    for _, name in NO_DATA:
        assert f"{name}: skipped: " in said


def test_a_bomb_is_refused_without_being_held(load, monkeypatch):
    monkeypatch.setattr(unpacked, "MOST_BYTES", 1_000_000)
    bomb = gzip.compress(RUNS + b"\n" * 50_000_000)
    code, said = load(bomb, "runs.jsonl.gz")
    assert (code, "refused: too_large: it holds more than" in said) == (1, True)


def test_small_packed_files_are_read_one_by_one(load, tmp_path):
    for number in range(20):
        run = metr_jsonl.run(f"r{number}").encode()
        content = gzip.compress(run) if number % 2 else run
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / f"{number}.jsonl").write_bytes(content)
    (tmp_path / "data" / "cut.jsonl").write_bytes(gzip.compress(RUNS)[:-9])
    code, said = load()
    assert (code, "refused: truncated" in said) == (1, True)
    query = "select count(distinct run_id) from raw.metr_horizon_runs"
    assert rows(tmp_path, query) == [(20,)]
    assert "20 files unchanged" in load()[1]


def links(tmp_path: Path, target: str, content: bytes | None) -> Path:
    """Make a link in the folder of the data to a file in a store beside it."""
    folder = tmp_path / "data"
    (folder / "snapshots").mkdir(parents=True)
    if content is not None:
        stored = folder / "snapshots" / target
        stored.parent.mkdir(parents=True)
        stored.write_bytes(content)
    link = folder / "snapshots" / "runs.jsonl"
    os.symlink(target, link)
    return link


def test_a_link_into_a_store_is_read_once(load, tmp_path):
    links(tmp_path, "../blobs/0123", RUNS)
    code, said = load()
    assert (code, "2 rows loaded" in said) == (0, True)


def test_a_damaged_file_of_a_store_is_missed_by_the_name_of_its_link(load, tmp_path):
    links(tmp_path, "../blobs/0123", b"hello")
    code, said = load()
    assert (code, "runs.jsonl: refused: " in said) == (1, True)


@pytest.mark.parametrize(
    ("target", "how"),
    [
        ("../.git/annex/objects/x/SHA256E-s9--0.jsonl", "git annex get"),
        ("../../blobs/0123", "hf download"),
    ],
)
def test_a_link_to_nothing_says_how_to_get_the_data(load, tmp_path, target, how):
    links(tmp_path, target, None)
    code, said = load()
    assert (code, "refused: pointer_file" in said, how in said) == (1, True, True)


RUN = json.loads(metr_jsonl.run("a"))
OTHER = RUN | {"run_id": "b", "note": [{"c": '}]",{'}], "score": 0}
ARRAYS = [
    json.dumps([RUN, OTHER]),
    json.dumps([RUN, OTHER], indent=1),
    "[\n" + json.dumps(RUN) + ",\n" + json.dumps(OTHER) + "\n]\n",
    "\ufeff [" + json.dumps(RUN) + "\n,\n" + json.dumps(OTHER) + ",]",
]


@pytest.mark.parametrize("text", ARRAYS)
def test_an_array_of_runs_is_read(load, tmp_path, text):
    code, said = load(text.encode(), "runs.json")
    assert code == 0, said
    query = "select run_id, score, extra from raw.metr_horizon_runs order by run_id"
    extra = json.dumps({"note": OTHER["note"]})
    assert rows(tmp_path, query) == [("a", 0.5, None), ("b", 0.0, extra)]


@pytest.mark.parametrize("size", [1, 7, 50, 333])
@pytest.mark.parametrize("text", ARRAYS)
def test_an_array_is_read_piece_by_piece(monkeypatch, text, size):
    monkeypatch.setattr(json_array, "_BLOCK_BYTES", size)
    content = text.encode()
    for begun in range(12, len(content), 29):
        stream = io.BytesIO(content[begun:])
        found = list(json_array.elements(content[:begun], stream))
        assert [json.loads(each) for _, each in found] == [RUN, OTHER]
        for line, each in found:
            at = content.index(each)
            assert line == 1 + content.count(b"\n", 0, at)


@pytest.mark.parametrize(
    ("text", "count", "line"),
    [
        (json.dumps([RUN, OTHER])[:-1], 2, 1),
        (json.dumps([RUN, OTHER], indent=1)[:-9], 1, 12),
        (json.dumps([RUN]) + "\n\n" + json.dumps(OTHER), 1, 3),
        ("[" + json.dumps(RUN) + ",\n{oops}]", 1, 2),
        ("[" + json.dumps(RUN) + ",\n\n3]", 1, 3),
    ],
)
def test_what_is_wrong_in_an_array_is_kept_back(load, tmp_path, text, count, line):
    code, said = load(text.encode(), "runs.json")
    assert code == 1, said
    query = "select count(*) from raw.metr_horizon_runs"
    assert rows(tmp_path, query) == [(count,)]
    assert rows(tmp_path, "select line from raw.quarantine") == [(line,)]


def traces(count: int) -> list[dict]:
    return [hal.trace({"run_id": f"r{number}"}) for number in range(count)]


@pytest.mark.parametrize(
    "write",
    [
        json.dumps,
        lambda some: json.dumps(some, indent=1),
        lambda some: "\n".join(map(json.dumps, some)) + "\n\n",
    ],
)
def test_several_traces_in_one_file(load, tmp_path, write):
    code, said = load(write(traces(3)).encode(), "traces_UPLOAD.json")
    assert code == 0, said
    query = "select run_id, trace_number from raw.hal_evaluations order by 2"
    assert rows(tmp_path, query) == [("r0", 1), ("r1", 2), ("r2", 3)]


@pytest.mark.parametrize(
    ("write", "position"),
    [
        (json.dumps, "/1/results"),
        (lambda some: "\n".join(map(json.dumps, some)), "line 2#/results"),
    ],
)
def test_one_bad_trace_does_not_refuse_the_others(load, tmp_path, write, position):
    some = traces(3)
    del some[1]["results"]
    assert load(write(some).encode(), "traces_UPLOAD.json")[0] == 1
    query = "select run_id, trace_number from raw.hal_evaluations order by 2"
    assert rows(tmp_path, query) == [("r0", 1), ("r2", 2)]
    kept_back = rows(tmp_path, "select position, reason_code from raw.quarantine")
    assert kept_back == [(position, "not_a_trace")]


@pytest.mark.parametrize("first", ["results", "raw_logging_results"])
def test_a_config_may_come_late(load, tmp_path, first):
    trace = hal.trace({"run_id": "late"})
    trace["raw_logging_results"] = [{"id": "x" * 100} for _ in range(15_000)]
    if first == "results":
        trace["results"]["note"] = "x" * 1_500_000
    ordered = {
        first: trace.pop(first),
        **{name: trace[name] for name in reversed(trace)},
    }
    content = json.dumps(ordered).encode()
    assert content.index(b'"config"') > 1_200_000
    code, _ = load(content, "late_UPLOAD.json")
    print(_)
    assert rows(tmp_path, "select run_id from raw.hal_evaluations") == [("late",)]
    # Its calls are copies of each other.
    assert code == 1


SEALED = zips.member(zips.token(TRACE))
OTHER_TRACE = json.dumps(hal.trace({"run_id": "other"})).encode()
GOOD_MEMBER = ("b_UPLOAD.json.encrypted", zips.member(zips.token(OTHER_TRACE)))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (zips.member(zips.token(TRACE, "another")), "wrong_password"),
        (SEALED[:-20], "broken_zip"),
        (zips.member(zips.token(TRACE[:-9])), "truncated"),
        (zips.member(zips.token(b'{"config": {}, "results": {}}')), "identity_missing"),
    ],
)
def test_one_bad_member_does_not_refuse_its_neighbours(load, tmp_path, bad, reason):
    for order in ([0, 1], [1, 0]):
        both = [("a_UPLOAD.json.encrypted", bad), GOOD_MEMBER]
        content = zips.zipped(*(both[place] for place in order))
        code, said = load(content, "some_UPLOAD.zip")
        assert code == 1, said
        query = "select run_id, trace_number from raw.hal_evaluations"
        assert rows(tmp_path, query) == [("other", 1)]
        [(position, code)] = rows(
            tmp_path, "select position, reason_code from raw.quarantine"
        )
        assert position.startswith("a_UPLOAD.json.encrypted#")
        assert code == reason


def test_a_member_with_another_checksum_does_not_refuse_its_neighbours(load, tmp_path):
    content = zips.zipped(("a_UPLOAD.json.encrypted", SEALED), GOOD_MEMBER, method=0)
    content = content.replace(SEALED[50:90].encode(), SEALED[50:90].encode()[::-1])
    code, said = load(content, "some_UPLOAD.zip")
    assert (code, "partly loaded" in said) == (1, True)
    assert rows(tmp_path, "select run_id from raw.hal_evaluations") == [("other",)]
    assert rows(tmp_path, "select reason_code from raw.quarantine") == [("broken_zip",)]


def test_what_a_mac_adds_is_passed_over(load, tmp_path):
    content = zips.zipped(
        ("runs/", ""),
        ("runs/b_UPLOAD.json.encrypted", GOOD_MEMBER[1]),
        ("__MACOSX/", ""),
        ("__MACOSX/runs/._b_UPLOAD.json.encrypted", "\0\5\x16\7"),
        ("runs/._b_UPLOAD.json.encrypted", "\0\5\x16\7"),
    )
    code, said = load(content, "some_UPLOAD.zip")
    assert code == 0, said
    assert rows(tmp_path, "select run_id from raw.hal_evaluations") == [("other",)]
    assert rows(tmp_path, "select count(*) from raw.hal_warnings") == [(0,)]


def test_traces_that_are_zipped_as_they_are(load, tmp_path):
    content = zips.zipped(("a_UPLOAD.json", TRACE), ("b_UPLOAD.json", OTHER_TRACE))
    code, said = load(content, "all.zip")
    assert code == 0, said
    query = "select member from raw.hal_evaluations order by trace_number"
    assert rows(tmp_path, query) == [("a_UPLOAD.json",), ("b_UPLOAD.json",)]


def test_members_that_stand_at_the_end_of_a_zip_are_found(load, tmp_path):
    stuffing = os.urandom(1_200_000)
    content = zips.zipped(("a.bin", stuffing), GOOD_MEMBER, method=0)
    assert load(content, "some.zip")[0] == 0
    assert rows(tmp_path, "select run_id from raw.hal_evaluations") == [("other",)]


def _encrypted(plain: bytes, name: str, content: bytes, password: bytes) -> bytes:
    """PKWARE's own encryption, as its specification has it."""

    def crc(key: int, byte: int) -> int:
        value = (key ^ byte) & 0xFF
        for _ in range(8):
            value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
        return (key >> 8) ^ value

    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = crc(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)
    checksum = zlib.crc32(content)
    head = bytes(11) + bytes([checksum >> 24])
    out = bytearray()
    for byte in head + content:
        key = keys[2] | 2
        out.append(byte ^ (((key * (key ^ 1)) >> 8) & 0xFF))
        update(byte)
    at = 30 + len(name)
    directory = plain.index(b"PK\1\2")
    local, entry = bytearray(plain[:at]), bytearray(plain[directory:])
    local[6] |= 1
    entry[8] |= 1
    local[18:22] = entry[20:24] = struct.pack("<I", len(out))
    end = entry.index(b"PK\5\6")
    entry[end + 16 : end + 20] = struct.pack("<I", at + len(out))
    return bytes(local + out + entry)


@pytest.mark.parametrize(
    ("name", "content"),
    [GOOD_MEMBER, ("b_UPLOAD.json", OTHER_TRACE)],
)
@pytest.mark.parametrize(
    ("password", "options"), [(b"hal1234", ()), (b"mine", ("--password", "mine"))]
)
def test_a_password_of_the_zip_itself(load, tmp_path, name, content, password, options):
    content = content.encode() if isinstance(content, str) else content
    packed = _encrypted(zips.zipped((name, content), method=0), name, content, password)
    code, said = load(packed, "some.zip", *options)
    assert code == 0, said
    assert rows(tmp_path, "select run_id from raw.hal_evaluations") == [("other",)]


def test_another_password_of_the_zip_itself_is_asked_for(load):
    name, content = GOOD_MEMBER
    packed = zips.zipped((name, content), method=0)
    packed = _encrypted(packed, name, content.encode(), b"mine")
    code, said = load(packed, "some.zip")
    assert (code, "refused: zip_password" in said, "--password" in said) == (1, 1, 1)


@pytest.mark.parametrize(
    ("name", "is_meant"),
    [
        ("runs.jsonl", True),
        ("RUNS.YAML", True),
        ("runs.jsonl.gz", True),
        ("runs.json.zst.part", True),
        ("runs.yaml.bak", True),
        ("runs.yaml~", True),
        ("runs.json (1)", True),
        ("runs.ndjson", True),
        ("runs.jsonl.md5", False),
        ("runs.json.sha256", False),
        ("package.json.lock", False),
        ("runs.jsonld", False),
        ("runs.json/notes.txt", False),
        ("agent.log.gz", False),
    ],
)
def test_a_name_says_whether_a_file_is_meant(name, is_meant):
    found = InputFile(f"/x/{name}", f"/x/{name}", is_named=False)
    assert found.is_meant == is_meant
