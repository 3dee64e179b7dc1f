"""Logs of Inspect that unpack to more than memory should hold."""

import json
import tracemalloc

import pytest
from corpus import inspect as logs
from test_inspect import read

from loaders.contract import spill
from loaders.contract.files import OpenFile, open_regular
from loaders.contract.records import FileRefused
from loaders.inspect import container, reader, summaries


def test_samples_that_wait_on_disk_are_the_same(tmp_path, monkeypatch):
    rows = [
        logs.summary("a", metadata={"x": "é" * 9}),
        logs.summary("b", 0),
        logs.summary("c", error="it broke"),
        logs.summary("a", 1, scores={"s": {"value": {"k": 1, "l": "I"}}}),
    ]
    samples = [
        ("samples/a_epoch_1.json", logs.text(logs.summary("a", error="no"))),
        ("samples/d_epoch_2.json", logs.text(logs.summary("d", 2))),
    ]
    contents = [logs.log(rows, []), logs.log(rows, samples), logs.log([], samples)]
    in_memory = [read(tmp_path, content) for content in contents]
    assert [row["sample_id"] for row in in_memory[0]["samples"]] == ["c", "a"]
    codes = [entry.reason_code for entry in in_memory[0]["quarantined"]]
    assert codes == ["epoch_not_positive", "superseded_sample"]
    monkeypatch.setattr(spill, "_IN_MEMORY_BYTES", 0)
    assert [read(tmp_path, content) for content in contents] == in_memory


@pytest.mark.parametrize("epoch", [1, 0])
def test_long_summaries_are_not_all_in_memory(tmp_path, monkeypatch, epoch):
    # 4,000 of 5 kB: 20 MB of which batches of 4 MB are in memory.
    row = logs.text(logs.summary("ID", epoch, metadata={"x": "m" * 4_800}))
    written = [row.replace(b"ID", b"%d" % at) for at in range(4_000)]
    content = logs.log(b"[" + b",".join(written) + b"]", [])
    monkeypatch.setattr(container, "_IN_MEMORY_BYTES", 0)
    monkeypatch.setattr(spill, "_IN_MEMORY_BYTES", 100_000)
    path = tmp_path / "log.eval"
    path.write_bytes(content)
    del written
    count = 0
    with open_regular(str(path)) as file:
        tracemalloc.start()
        for batch in reader.read(OpenFile(file)):
            if batch.table.name == "raw.inspect_samples":
                count += len(batch.rows) + len(batch.quarantined)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 4_000
    assert peak_bytes < 15_000_000


def test_a_piece_of_the_journal_that_is_lost_is_kept_back(tmp_path):
    # Without samples beside them nothing else tells of those.
    pieces = [
        (f"_journal/summaries/{at}.json", logs.text([logs.summary(at)]))
        for at in (1, 2, 3)
    ]
    pieces[1] = (pieces[1][0], b'[{"id": 2')
    head = ("header.json", logs.text(logs.header()))
    found = read(tmp_path, logs.zipped(head, *pieces))
    assert [row["sample_id"] for row in found["samples"]] == ["1", "3"]
    (entry,) = found["quarantined"]
    assert (entry.reason_code, entry.position) == (
        "broken_member",
        "_journal/summaries/2.json",
    )
    # With them they tell all, as before.
    samples = [
        (f"samples/{at}_epoch_1.json", logs.text(logs.summary(at))) for at in (1, 2, 3)
    ]
    found = read(tmp_path, logs.zipped(head, *pieces, *samples))
    assert len(found["samples"]) == 3
    assert found["quarantined"] == []


@pytest.mark.parametrize("is_opened", [False, True])
def test_a_log_has_so_many_scores(tmp_path, monkeypatch, is_opened):
    # A row of the sample, three of its scores, one of its usage.
    scores = {name: {"value": 1} for name in "abc"}
    rows = [logs.summary(at, scores=scores) for at in (1, 2)]
    samples = [(f"samples/{row['id']}.json", logs.text(row)) for row in rows]
    content = logs.log([], samples) if is_opened else logs.log(rows, [])
    monkeypatch.setattr(summaries, "_ROW_BYTES", 1_000_000)
    monkeypatch.setattr(summaries, "_MOST_ROWS", 10)
    assert len(read(tmp_path, content)["scores"]) == 6
    monkeypatch.setattr(summaries, "_MOST_ROWS", 9)
    with pytest.raises(FileRefused, match="too many scores for its size") as refused:
        read(tmp_path, content)
    assert refused.value.reason_code == "too_many_samples"
    # A larger log may have more.
    monkeypatch.setattr(summaries, "_ROW_BYTES", len(content) // 10)
    assert len(read(tmp_path, content)["scores"]) == 6


def test_summaries_of_many_scores_are_counted_before_all_are_decoded(
    tmp_path, monkeypatch
):
    scores = {f"s{at}": {"value": at} for at in range(50)}
    rows = [logs.summary(at, scores=scores) for at in range(20)]
    monkeypatch.setattr(summaries, "_MOST_ROWS", 60)
    monkeypatch.setattr(summaries, "_ROW_BYTES", 1_000_000)
    decoded = []
    monkeypatch.setattr(
        summaries.samples,
        "decoded",
        lambda raw, decoded_=summaries.samples.decoded: (
            decoded.append(json.loads(bytes(raw))["id"]) or decoded_(raw)
        ),
    )
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, logs.log(rows, []))
    assert refused.value.position == "summaries.json#/1"
    assert decoded == [0, 1]
