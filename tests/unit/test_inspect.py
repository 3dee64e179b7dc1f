"""Logs of Inspect: what the container, the JSON and the header give."""

import io
import json
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from corpus import inspect as logs

from loaders.contract.files import OpenFile, open_regular
from loaders.contract.records import FileRefused
from loaders.inspect import container, documents, reader, samples, summaries
from sample import inspect as sample


def read(folder: Path, content: bytes) -> dict[str, list[dict]]:
    """Return the rows of a log by table, and what was kept back."""
    path = folder / "log.eval"
    path.write_bytes(content)
    found: dict[str, list] = {"quarantined": []}
    with open_regular(str(path)) as file:
        for batch in reader.read(OpenFile(file)):
            names = list(batch.table.types)
            name = batch.table.name.removeprefix("raw.inspect_")
            found.setdefault(name, []).extend(
                dict(zip(names, row, strict=True)) for row in batch.rows
            )
            found["quarantined"] += batch.quarantined
    return found


def test_bare_numbers_of_python_are_read_as_what_they_are(tmp_path):
    scores = {"s": {"value": 0}, "t": {"value": "NaN, -Infinity"}}
    content = logs.text([logs.summary(scores=scores)]).replace(b": 0}", b": -Infinity}")
    rows = read(tmp_path, logs.log(content, [("samples/a.json", b"{}")]))["scores"]
    assert [(row["value_kind"], row["value_text"]) for row in rows] == [
        ("infinite", "-Infinity"),
        ("text", "NaN, -Infinity"),
    ]


def test_a_bare_number_is_no_text(tmp_path):
    about = logs.header()["eval"] | {"task_id": "nan?", "task_version": "nan?"}
    results = {"headline": {"scorer": "nan?", "metric": "accuracy"}}
    header = logs.header(eval=about, results=results, status="nan?")
    written = logs.text(header).replace(b'"nan?"', b"NaN")
    found = read(tmp_path, logs.zipped(("header.json", written)))
    [row] = found["evaluations"]
    assert (row["task_id"], row["headline_scorer"], row["status"]) == (None,) * 3
    assert (row["task_version"], row["headline_metric"]) == ("nan", "accuracy")
    warned = [row["pointer"] for row in found["warnings"]]
    assert {"header.json#/task_id", "header.json#/headline/scorer"} < set(warned)


@pytest.mark.parametrize(
    ("declared", "resolved", "is_declared"),
    [
        (None, "lower", False),
        ({"scorer": "match"}, "lower", False),
        ({"metric": "lower"}, "lower", True),
        # Of a log before results had a headline.
        ({"metric": "lower"}, None, True),
        ("lower", None, True),
        # No score has it, so Inspect took the first metric.
        ({"metric": "gone"}, "lower", False),
        (None, None, False),
    ],
)
def test_a_metric_is_declared_if_the_task_names_it(
    tmp_path, declared, resolved, is_declared
):
    about = logs.header()["eval"] | {"headline_metric": declared}
    results = {"headline": resolved and {"scorer": "match", "metric": resolved}}
    content = logs.zipped(
        ("header.json", logs.text(logs.header(eval=about, results=results)))
    )
    [row] = read(tmp_path, content)["evaluations"]
    assert row["is_metric_declared"] is is_declared


def test_a_zip64_is_read_as_any_other(tmp_path, monkeypatch):
    packed = io.BytesIO()
    with monkeypatch.context() as patched:
        # A zip has its records where a member or a directory is above these.
        patched.setattr(zipfile, "ZIP64_LIMIT", 0)
        patched.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("samples/a.json", logs.text(logs.summary("a")))
            archive.writestr("summaries.json", logs.text([logs.summary("a")]))
            archive.writestr("header.json", logs.text(logs.header()))
    content = packed.getvalue()
    assert b"PK\6\6" in content
    assert b"PK\6\7" in content
    found = read(tmp_path, content)
    assert [row["sample_id"] for row in found["samples"]] == ["a"]
    assert found["quarantined"] == []
    # One whose own end says that the directory is huge.
    at = content.index(b"PK\6\6") + 40
    huge = content[:at] + (1 << 40).to_bytes(8, "little") + content[at + 8 :]
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, huge)
    assert refused.value.reason_code in ("too_many_samples", "broken_log")


def test_every_key_of_a_value_is_a_row(tmp_path):
    scores = {"s": {"value": {"b": True, "a/~": None, "c": [1]}}}
    rows = read(tmp_path, logs.log([logs.summary(scores=scores)]))["scores"]
    assert [
        (row["pointer"], row["score_key"], row["value_kind"], row["value_number"])
        for row in rows
    ] == [
        ("summaries.json#/0/scores/s/value/b", "b", "boolean", 1.0),
        ("summaries.json#/0/scores/s/value/a~1~0", "a/~", "null", None),
        ("summaries.json#/0/scores/s/value/c", "c", "list", None),
    ]


def test_samples_are_opened_only_where_summaries_lack_something(tmp_path):
    sample_ = logs.text(logs.summary(total_time=9.0))
    members = [("samples/a.json", sample_)]
    for change, opened in (
        ({}, False),
        ({"model_usage": documents.NOTHING}, True),
        ({"turn_count": documents.NOTHING}, True),
    ):
        row = {
            name: value for name, value in logs.summary().items() if name not in change
        }
        (found,) = read(tmp_path, logs.log([row], members))["samples"]
        assert found["read_from"] == ("sample" if opened else "summary")
        assert found["total_seconds"] == (9.0 if opened else 1.5)
    content = logs.log([logs.summary()], members, invalidated=True)
    (found,) = read(tmp_path, content)["samples"]
    assert found["read_from"] == "sample"


@pytest.mark.parametrize("start", [True, False])
def test_summaries_of_other_samples_than_there_are_lose_none(tmp_path, start):
    """As many summaries as samples, but one sample is not among them."""
    members = [
        (f"samples/{name}_epoch_1.json", logs.text(logs.summary(name)))
        for name in ("a", "b/c")
    ]
    rows = [logs.summary("a"), logs.summary("d")]
    content = logs.zipped(
        ("_journal/start.json", logs.text(logs.header())),
        *members,
        ("_journal/summaries/1.json", logs.text(rows[:1])),
        ("_journal/summaries/3.json", logs.text(rows[1:])),
        *([] if start else [("header.json", logs.text(logs.header()))]),
    )
    found = read(tmp_path, content)
    ids = {row["sample_id"]: row["read_from"] for row in found["samples"]}
    assert ids == {"a": "sample", "b/c": "sample", "d": "summary"}
    codes = {row["warning_code"] for row in found["warnings"]}
    assert codes == {"summary_without_sample", "sample_without_summary"}
    # With their own summaries they are not opened.
    rows[1] = logs.summary("b/c")
    (one, two) = read(tmp_path, logs.log(rows, members))["samples"]
    assert (one["read_from"], two["read_from"]) == ("summary", "summary")


def test_a_time_before_the_calendar_makes_an_id_all_the_same(tmp_path):
    about = {"run_id": "r", "task": "maze", "model": "m"}
    about["created"] = "0001-01-01T00:00:00+05:00"
    (row,) = read(tmp_path, logs.log(eval=about))["evaluations"]
    assert len(row["eval_id"]) == 22


def test_model_events_count_up_to_the_first_scorer(tmp_path):
    begin = {"event": "span_begin"}
    for scorer in (begin | {"type": "scorers"}, {"event": "step", "action": "begin",
                                                 "type": "scorer"}):  # fmt: skip
        events = [begin | {"type": "agent"}, {"event": "model"}, {"event": "tool"},
                  {"event": "model"}, scorer, {"event": "model"}]  # fmt: skip
        row = {"id": "a", "epoch": 1, "events": events}
        content = logs.zipped(
            ("samples/a.json", logs.text(row)),
            ("header.json", logs.text(logs.header())),
        )
        (found,) = read(tmp_path, content)["samples"]
        assert found["model_event_count"] == 2


def test_what_the_model_was_told_is_kept(tmp_path):
    about = logs.header()["eval"] | {
        "model_generate_config": {"reasoning_effort": "high"},
        "model_args": {"thinking": {"budget_tokens": 9}},
    }
    plan = {"config": {"reasoning_tokens": 4096}}
    (row,) = read(tmp_path, logs.log(eval=about, plan=plan))["evaluations"]
    assert (row["plan_effort"], row["model_effort"]) == (None, "high")
    told = [row[name] for name in ("plan_config", "model_config", "model_args")]
    assert [json.loads(each) for each in told] == [
        plan["config"],
        about["model_generate_config"],
        about["model_args"],
    ]
    # A config that cannot be read costs nothing else.
    found = read(tmp_path, logs.log(plan={"config": [1]}))
    assert found["evaluations"][0]["plan_effort"] is None
    assert [row["pointer"] for row in found["warnings"]] == ["header.json#/plan/config"]


@pytest.mark.parametrize(
    "created",
    ["2024-11-05T13:32:37-05:00", "2024-11-05T18:32:37", "2024-11-05T18:32:37Z"],
)
def test_without_an_id_it_is_the_one_that_inspect_makes(tmp_path, created):
    ids = {"run_id": "PV42ZvREM6CdVdjeiEGW9e", "task_id": "hxs4q9azL3ySGkjJirypKZ"}
    about = ids | {"created": created, "task": "maze", "model": "m", "eval_id": ""}
    (row,) = read(tmp_path, logs.log(eval=about))["evaluations"]
    assert row["eval_id"] == "f34dHKegUqzsnsyg9hc3Np"


def test_without_an_id_copies_have_the_same_hash(tmp_path):
    about = {"run_id": "r", "task_id": "t", "created": "2026-01-02T03:04:05"}
    ids = set()
    for more in ({}, {"model_args": {"a": 1}}):
        found = about | {"task": "maze", "model": "m"} | more
        (row,) = read(tmp_path, logs.log(eval=found))["evaluations"]
        ids.add(row["eval_id"])
    assert len(ids) == 1
    other = about | {"task": "maze", "model": "m", "run_id": "other"}
    (row,) = read(tmp_path, logs.log(eval=other))["evaluations"]
    assert row["eval_id"] not in ids


@pytest.mark.parametrize("name", [name for name, _ in sample.contents()])
def test_the_sample_is_read_to_the_last_record(tmp_path, name):
    content = dict(sample.contents())[name]
    found = read(tmp_path, content)
    assert found["quarantined"] == []
    assert "warnings" not in found
    assert len(found["evaluations"]) == 1
    assert len(found["samples"]) in (5, 12, 24)


def test_the_sample_shows_what_a_log_can_hold():
    contents = dict(sample.contents())
    assert len(contents) == 6
    assert {name.rpartition(".")[2] for name in contents} == {"eval", "json"}
    written = b"".join(contents.values())
    for sign in (b'"limit"', b'"error"', b'"style"', b'"epoch": 2'):
        assert sign in written
    assert contents == dict(sample.contents())
    retried = [c for name, c in contents.items() if name.startswith("proofs")]
    assert all(b"sample-task-proofs" in content for content in retried)
    json.loads(contents["errands_old.json"])


def zipped_again(content: bytes) -> bytes:
    """Return a log as a Mac packs its unpacked folder."""
    again = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        packed.writestr("log/", "")
        for name in reversed(archive.namelist()):
            packed.writestr(f"log/{name}", archive.read(name))
            packed.writestr(f"__MACOSX/log/{name}", b"\0\5\x16\7")
            packed.writestr(f"log/samples/._{Path(name).name}", b"\0\5")
    return again.getvalue()


def test_a_log_that_was_zipped_again_has_the_same_rows(tmp_path):
    content = logs.log([logs.summary("a"), logs.summary("b", 2)])
    again = tmp_path / "again"
    again.mkdir()
    found = read(again, zipped_again(content))
    assert found == read(tmp_path, content)
    assert len(found["samples"]) == 2


def test_a_damaged_document_is_not_copied(monkeypatch):
    # A sample may be a quarter of a gigabyte.
    decoder = documents.msgspec.json.Decoder(object)
    assert documents.decode(b'["NaN", NaN]', decoder) == ["NaN", "\0number:NaN"]
    monkeypatch.setattr(documents, "_with_numbers", None)
    with pytest.raises(documents.Malformed, match="it ends inside a value"):
        documents.decode(b'["NaN", "', decoder)


def test_too_many_summaries_are_refused_before_they_are_decoded(tmp_path, monkeypatch):
    rows = [logs.summary(name) for name in "abc"]
    monkeypatch.setattr(summaries, "MOST_SAMPLES", 3)
    assert len(read(tmp_path, logs.log(rows))["samples"]) == 3
    with pytest.raises(FileRefused, match="more than 3 summaries") as refused:
        read(tmp_path, logs.log([*rows, logs.summary("d")]))
    assert refused.value.reason_code == "too_many_samples"
    assert refused.value.position == "summaries.json"


@pytest.mark.parametrize(
    ("field", "inside"),
    [
        ("events", "[%s]"),
        ("messages", "[%s]"),
        ("messages", '[{"role": "assistant", "tool_calls": [%s]}]'),
        ("transcript", '{"events": [%s]}'),
        ("error_retries", "[%s]"),
        ("scores", '{"s": {"value": 1, "history": [%s]}}'),
        ("metadata", "[%s]"),
    ],
)
def test_entries_of_a_sample_are_counted_before_they_are_decoded(
    tmp_path, field, inside
):
    entries = inside % ("{}," * 400_000 + "{}")
    # What is passed over may hold as many.
    members = [
        (
            f"samples/{number}.json",
            logs.text(logs.summary(number))[:-1] + f', "{name}": {entries}}}'.encode(),
        )
        for number, name in enumerate([field, "store"], 1)
    ]
    found = read(tmp_path, logs.log([], members))
    assert [row["pointer"] for row in found["samples"]] == ["samples/2.json#"]
    (entry,) = found["quarantined"]
    assert (entry.reason_code, entry.position) == (
        "too_many_values",
        "samples/1.json#",
    )
    assert f"{field} holds too many" in entry.detail


def test_long_entries_of_a_sample_are_counted_too(tmp_path):
    # 21 bytes each.
    scores = ",".join(f'"s{at:06}":{{"value":1}}' for at in range(200_002))
    huge = logs.text(logs.summary("a"))[:-1] + f', "scores": {{{scores}}}}}'.encode()
    tracemalloc.start()
    found = read(tmp_path, logs.log([], [("samples/1.json", huge)]))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    (entry,) = found["quarantined"]
    assert "scores holds too many" in entry.detail
    assert peak_bytes < 30_000_000


@pytest.mark.parametrize(
    ("part", "inside"),
    [
        ("eval", logs.header()["eval"] | {"metadata": "@"}),
        ("stats", {"model_usage": "@"}),
        ("tags", "@"),
    ],
)
def test_a_header_of_too_many_values_is_refused(tmp_path, part, inside):
    written = json.dumps(logs.header() | {part: inside})
    keys = ",".join(f'"m{at}":{{}}' for at in range(100_001))
    (tmp_path / "log.json").write_text(written.replace('"@"', f"{{{keys}}}"))
    with (
        open_regular(str(tmp_path / "log.json")) as file,
        pytest.raises(FileRefused, match=f"{part} holds too many values") as refused,
    ):
        list(reader.read(OpenFile(file)))
    assert refused.value.reason_code == "broken_log"


def test_a_sample_of_too_many_fields_is_kept_back(tmp_path):
    fields = ",".join(f'"f{number}":1' for number in range(150_000))
    huge = logs.text(logs.summary("a"))[:-1] + f", {fields}}}".encode()
    found = read(tmp_path, logs.log([], [("samples/1.json", huge)]))
    (entry,) = found["quarantined"]
    assert "it has too many fields" in entry.detail


@pytest.mark.parametrize("odd", ["NaN", r'"\ud800"'])
def test_what_is_no_json_again_and_again_ends_a_sample_alone(
    tmp_path, monkeypatch, odd
):
    monkeypatch.setattr(documents, "_MOST_ODD", 10)
    members = [
        (
            f"samples/{count}.json",
            logs.text(logs.summary(str(count)))[:-1]
            + f', "store": [{",".join([odd] * count)}]}}'.encode(),
        )
        for count in (10, 11)
    ]
    found = read(tmp_path, logs.log([], members))
    assert [row["sample_id"] for row in found["samples"]] == ["10"]
    (entry,) = found["quarantined"]
    assert "more than 10 values that are not JSON" in entry.detail


def test_a_large_member_is_unpacked_into_a_file(tmp_path, monkeypatch):
    content = logs.log([logs.summary("a"), logs.summary("b", 2)])
    in_memory = read(tmp_path, content)
    monkeypatch.setattr(container, "_IN_MEMORY_BYTES", 0)
    assert read(tmp_path, content) == in_memory


def test_numbers_that_are_no_json_are_read_alike_in_a_long_member(
    tmp_path, monkeypatch
):
    # Pieces of three bytes begin and end inside of each of them.
    odd = r'["NaN", NaN, -Infinity, "\ud800x", "é", Infinity]'.encode()
    member = logs.text(logs.summary("a"))[:-1] + b', "store": %s}' % odd
    member = member.replace(b'"C"', b"NaN")
    content = logs.log([], [("samples/a.json", member)])
    in_memory = read(tmp_path, content)
    assert [row["value_kind"] for row in in_memory["scores"]] == ["nan"]
    for changed in (documents, container):
        name = "LONG_BYTES" if changed is documents else "_IN_MEMORY_BYTES"
        monkeypatch.setattr(changed, name, 0)
    monkeypatch.setattr(documents, "_PIECE_BYTES", 3)
    assert read(tmp_path, content) == in_memory


def test_members_hold_so_many_times_their_log_and_together_no_more(
    tmp_path, monkeypatch
):
    names = [f"samples/{name}.json" for name in "abcd"]
    samples = [
        (name, logs.text(logs.summary(name, store="x" * 1_000 * number)))
        for number, name in enumerate(names, 1)
    ]
    content = logs.log([], samples)
    sizes = [len(inside) for _, inside in samples]
    assert all(1_000 * n < size < 1_400 * n for n, size in enumerate(sizes, 1))

    def kept_back() -> list[str]:
        return [entry.position for entry in read(tmp_path, content)["quarantined"]]

    monkeypatch.setattr(container, "_MEMBER_BYTES", 1)
    monkeypatch.setattr(container, "_MEMBER_GROWTH", (sizes[2] + 1) / len(content))
    assert kept_back() == names[3:]
    monkeypatch.setattr(container, "_MOST_MEMBER_BYTES", sizes[1])
    assert kept_back() == names[2:]
    monkeypatch.setattr(container, "_MOST_MEMBER_BYTES", 1 << 20)
    # The journal and the header come first; the largest sample is too much then.
    monkeypatch.setattr(container, "_MEMBER_BYTES", 1 << 20)
    monkeypatch.setattr(container, "MOST_GROWTH", 0)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        header_bytes = archive.getinfo("header.json").file_size
    listed_bytes = len(b"[]")
    together = header_bytes + listed_bytes + sum(sizes[:3])
    monkeypatch.setattr(container, "MOST_BYTES", together)
    assert kept_back() == names[3:]
    monkeypatch.setattr(container, "MOST_BYTES", together - 1)
    assert kept_back() == names[2:]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"epoch": "long"}, "epoch"),
        ({"uuid": ["long"]}, "uuid"),
        ({"model_usage": {"m": {"x": "long"}}}, "model_usage"),
        ({"error": "long"}, "error"),
        ({"limit": {"type": "long"}}, "limit"),
    ],
)
def test_of_a_long_sample_no_text_that_is_decoded_is_long(
    tmp_path, monkeypatch, changes, at
):
    changes = json.loads(json.dumps(changes).replace("long", "x" * 600))
    kept = {"error": {"message": "m", "traceback": "x" * 600}, "store": "x" * 600}
    samples_ = [
        ("samples/a.json", logs.text(logs.summary("a") | kept)),
        ("samples/b.json", logs.text(logs.summary("b") | changes)),
    ]
    for name in ("LONG_BYTES", "_SMALL_BYTES"):
        monkeypatch.setattr(samples, name, 500)
    monkeypatch.setattr(samples, "RECORD_BYTES", 550)
    found = read(tmp_path, logs.log([], samples_))
    assert [row["sample_id"] for row in found["samples"]] == ["a"]
    (entry,) = found["quarantined"]
    assert (entry.reason_code, entry.position) == (
        "text_too_long",
        f"samples/b.json#/{at}",
    )


@pytest.mark.parametrize(
    "field", ['"metadata": {"x": "long"}', '"status": "long"', '"long": 1']
)
def test_a_header_with_a_long_text_is_refused(tmp_path, field):
    written = logs.text(logs.header())[:-1] + f", {field}}}".encode()
    written = written.replace(b"long", b"x" * (17 << 20))
    for content in (logs.zipped(("header.json", written)), written):
        with pytest.raises(FileRefused) as refused:
            read(tmp_path, content)
        assert refused.value.reason_code == "broken_log"
        assert "longer than" in refused.value.detail


def test_a_list_of_logs_is_no_log():
    log = logs.header()
    assert reader.fits(json.dumps({"note": 1} | log))
    for name in ("a.eval", "sub/a.json"):
        assert not reader.fits(json.dumps({name: log}, indent=2))
