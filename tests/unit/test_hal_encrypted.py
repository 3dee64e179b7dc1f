"""Encrypted zips: what they hold is loaded, what is wrong with one is said."""

import base64
import gzip
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
from hal_traces import as_member, read, sealed, trace, zipped

from loaders import __main__ as cli
from loaders.contract import records
from loaders.contract.records import FileRefused
from loaders.formats import recognise
from loaders.hal import encrypted
from loaders.hal import trace as hal

REPOSITORY = Path(__file__).resolve().parents[2]
PLAIN = json.dumps(
    trace(results={"successful_tasks": ["a"], "latencies": {"a": 1.5}})
).encode()
SEALED = sealed(PLAIN)
GOOD = zipped(("run_UPLOAD.json.encrypted", SEALED))


def refusal(content: bytes, password: str = "hal1234") -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read(content, password)
    code = refused.value.reason_code
    assert refused.value.detail.endswith(records.FILE_REASONS[code])
    return refused.value


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_encrypted_trace_gives_the_rows_of_the_plain_one(method):
    plain = read(PLAIN)
    loaded = read(zipped(("run.encrypted", SEALED), method=method))
    for name, rows in plain.all_rows.items():
        for row, expected in zip(loaded.all_rows[name], rows, strict=True):
            assert row == expected | {
                "pointer": "run.encrypted#" + expected["pointer"],
                **({"member": "run.encrypted"} if "member" in expected else {}),
            }
    assert loaded.quarantined == plain.quarantined == []


@pytest.mark.parametrize("size", [1, 15, 16, 17, 1_000_000, 3_500_001])
def test_every_length_is_decrypted(size):
    plain = json.dumps(trace(task_prompts={"a": "x" * size})).encode()
    assert read(zipped(("a.encrypted", sealed(plain)))).evaluation["accuracy"] == 0.5


def test_the_order_of_the_fields_does_not_matter():
    fields = json.loads(SEALED)
    turned = json.dumps({"salt": fields["salt"]} | fields, separators=(",", ":"))
    assert read(zipped(("a.encrypted", turned))).rows("evaluations")


def test_each_trace_of_a_zip_is_numbered():
    other = PLAIN.replace(b"gaia_an_agent_1", b"gaia_an_agent_2")
    loaded = read(
        zipped(
            ("raw.json.encrypted", sealed(b'{"a": {"score": 1}}')),
            ("a.encrypted", SEALED),
            ("note.txt", "plain"),
            ("b.encrypted", sealed(other)),
            ("log.encrypted", sealed(b"no JSON")),
        )
    )
    assert [
        (row["trace_number"], row["member"], row["run_id"])
        for row in loaded.rows("evaluations")
    ] == [(1, "a.encrypted", "gaia_an_agent_1"), (2, "b.encrypted", "gaia_an_agent_2")]
    assert [row["trace_number"] for row in loaded.rows("task_latencies")] == [1, 2]
    assert [(row["pointer"], row["note_code"]) for row in loaded.rows("warnings")] == [
        ("raw.json.encrypted#", "member_passed_over"),
        ("note.txt#", "member_passed_over"),
        ("log.encrypted#", "member_passed_over"),
    ]


def test_a_trace_of_any_name_is_read_and_packed_members_are_reported():
    inner = zipped(("b.encrypted", SEALED))
    packed = gzip.compress(PLAIN)
    named = [("a.json", PLAIN), ("b.zip", inner), ("c_UPLOAD.json.gz", packed)]
    loaded = read(zipped(*named, ("d.json", '{"config": 1}'), ("e.gz", packed)))
    assert [row["member"] for row in loaded.rows("evaluations")] == ["a.json"]
    assert loaded.reasons == [
        ("b.zip#", "compressed"),
        ("c_UPLOAD.json.gz#", "compressed"),
    ]
    assert [row["pointer"] for row in loaded.rows("warnings")] == ["d.json#", "e.gz#"]


@pytest.mark.parametrize("turned", [False, True])
def test_an_encrypted_member_is_read_without_its_zip(turned):
    fields = json.loads(SEALED)
    content = json.dumps({"salt": fields["salt"]} | fields if turned else fields)
    assert hal.fits(content)
    assert read(content.encode()).rows("evaluations")
    assert refusal(content.encode(), "other").reason_code == "wrong_password"


def test_what_is_repaired_and_quarantined_says_where():
    document = trace(results={"accuracy": float("nan"), "latencies": {"a": -1}})
    loaded = read(zipped(("a.encrypted", sealed(json.dumps(document).encode()))))
    assert loaded.reasons == [("a.encrypted#/results/latencies/a", "seconds_negative")]
    [note] = loaded.rows("warnings")
    assert note["pointer"].startswith("a.encrypted#byte ")


def test_another_password():
    content = zipped(("a.encrypted", sealed(PLAIN, "other")))
    assert read(content, "other").rows("evaluations")
    refused = refusal(content)
    assert (refused.reason_code, refused.position) == ("wrong_password", "a.encrypted#")
    assert "hal1234" not in refused.detail


def test_a_key_is_derived_once_for_each_salt(monkeypatch):
    derived = []
    monkeypatch.setattr(
        hashlib,
        "pbkdf2_hmac",
        lambda *given, real=hashlib.pbkdf2_hmac: derived.append(1) or real(*given),
    )
    encrypted._key.cache_clear()
    read(zipped(("a.encrypted", SEALED), ("b.encrypted", SEALED)))
    assert len(derived) == 1


def tampered(change) -> bytes:
    token = base64.b64decode(json.loads(SEALED)["encrypted_data"])
    return zipped(("a.encrypted", as_member(change(token))))


def shortened(token: bytes, by: int) -> bytes:
    return base64.urlsafe_b64encode(base64.urlsafe_b64decode(token)[:-by])


def flipped(token: bytes) -> bytes:
    other = b"B" if token[200:201] == b"A" else b"A"
    return token[:200] + other + token[201:]


@pytest.mark.parametrize(
    ("content", "reason_code"),
    [
        (tampered(flipped), "wrong_password"),
        (tampered(lambda token: shortened(token, 16)), "wrong_password"),
        (tampered(lambda token: shortened(token, 17)), "broken_zip"),
        (tampered(lambda token: token[:-65]), "broken_zip"),
        (tampered(lambda token: token[:40]), "broken_zip"),
        (tampered(lambda token: b"AAAA" + token), "broken_zip"),
        (tampered(lambda token: b""), "broken_zip"),
        (zipped(("a.encrypted", SEALED[:-20])), "broken_zip"),
        (zipped(("a.encrypted", SEALED + "}")), "broken_zip"),
        (zipped(("a.encrypted", SEALED[: len(SEALED) // 2])), "broken_zip"),
        (zipped(("a.encrypted", SEALED.replace("=", "!"))), "broken_zip"),
        (zipped(("a.encrypted", SEALED.replace("salt", "pepper"))), "broken_zip"),
        (zipped(("a.encrypted", "{}")), "broken_zip"),
        (zipped(("a.encrypted", "")), "broken_zip"),
        (
            zipped(("a.encrypted", '{"salt": "' + "A" * 9999), method=0),
            "broken_zip",
        ),
        (zipped(("a.encrypted", PLAIN)), "broken_zip"),
        (zipped(("a.encrypted", SEALED), method=zipfile.ZIP_BZIP2)[:-30], "broken_zip"),
        (GOOD[: len(GOOD) // 2], "broken_zip"),
        (GOOD[:-10], "broken_zip"),
        (b"PK\3\4" + b"\0" * 100, "broken_zip"),
        (b"PK", "broken_zip"),
        (zipped(), "empty_file"),
        (zipped(("a.txt", PLAIN)), "not_a_trace"),
        (zipped(("a.encrypted", sealed(b"[]"))), "not_a_trace"),
        (zipped(("a.encrypted", sealed(b""))), "truncated"),
        (zipped(("a.encrypted", sealed(PLAIN[:-9]))), "truncated"),
        (zipped(("a.encrypted", sealed(b'{"a":' * 9999))), "too_deep"),
        (zipped(*((f"{n}.encrypted", "{}") for n in range(65))), "too_many_members"),
        (zipped(("../a.encrypted", SEALED)), "unsafe_name"),
        (zipped(("/etc/a.encrypted", SEALED)), "unsafe_name"),
        (zipped(("a/../../b.encrypted", SEALED)), "unsafe_name"),
        (zipped(("..\\a.encrypted", SEALED)), "unsafe_name"),
        (zipped(("C:\\a.encrypted", SEALED)), "unsafe_name"),
        (zipped(("a\n.encrypted", SEALED)), "unsafe_name"),
        (GOOD.replace(b"run_UPLOAD", b"run\0UPLOAD"), "unsafe_name"),
    ],
)
def test_a_doubtful_zip_is_refused(content, reason_code):
    assert refusal(content).reason_code == reason_code


def test_a_duplicate_name_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped(("a.encrypted", SEALED), ("a.encrypted", SEALED))
    assert refusal(content).reason_code == "unsafe_name"


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = zipped(("a.encrypted", "A" * 50_000_000))
    assert len(bomb) < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    refused = refusal(bomb)
    assert refused.reason_code == "too_large"
    assert "50,000,000" in refused.detail


def test_a_false_size_is_refused():
    bomb = zipped(("a.encrypted", SEALED + " " * 500_000))
    written = (len(SEALED) + 500_000).to_bytes(4, "little")
    lie = len(SEALED).to_bytes(4, "little")
    assert bomb.count(written) == 2
    assert refusal(bomb.replace(written, lie)).reason_code == "broken_zip"


def test_a_zip_with_a_password_of_its_own_is_refused():
    content = bytearray(GOOD)
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + offset] |= 1
    assert refusal(bytes(content)).reason_code == "zip_password"


def test_every_cut_is_refused():
    for length in range(2, len(GOOD), 97):
        assert refusal(GOOD[:length]).reason_code == "broken_zip"


def test_zips_are_recognised_by_their_members():
    assert recognise(GOOD).name == "hal"
    assert recognise(zipped()).name == "hal"
    with pytest.raises(FileRefused) as refused:
        recognise(zipped(("word/document.xml", "<x/>")))
    assert refused.value.reason_code == "unknown_format"


@pytest.mark.parametrize(("way", "more"), [("option", []), ("environment", ["--json"])])
def test_the_command_line_takes_the_password_and_keeps_it(tmp_path, way, more):
    secret, wrong = "canary-one", "canary-two"
    path = tmp_path / "run_UPLOAD.zip"
    path.write_bytes(zipped(("a.encrypted", sealed(PLAIN, secret))))
    warehouse = tmp_path / "x.duckdb"
    command = [sys.executable, "-m", "loaders", "--db", warehouse, path, *more]

    def load(password):
        option = ["--password", password] if way == "option" else []
        environment = {} if option else {"EVALHOUSE_HAL_PASSWORD": password}
        done = subprocess.run(
            [*command, *option],
            check=False,
            cwd=REPOSITORY,
            env=os.environ | environment,
            capture_output=True,
            text=True,
        )
        assert "canary" not in done.stdout + done.stderr
        return done

    refused, loaded = load(wrong), load(secret)
    assert (refused.returncode, "wrong_password" in refused.stdout) == (1, True)
    assert (loaded.returncode, load(secret).returncode) == (0, 0)
    assert b"canary" not in warehouse.read_bytes()
    # The file may hold texts in a packed form.
    with duckdb.connect(warehouse, read_only=True) as connection:
        tables = connection.sql("from duckdb_tables() select schema_name, table_name")
        for schema, table in tables.fetchall():
            rows = connection.sql(f"from {schema}.{table}").fetchall()
            assert "canary" not in str(rows)


def test_help_does_not_say_the_password(monkeypatch, capsys):
    monkeypatch.setenv("EVALHOUSE_HAL_PASSWORD", "canary")
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert "EVALHOUSE_HAL_PASSWORD" in out
    assert "canary" not in out
