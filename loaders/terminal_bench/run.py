"""Files of a Terminal-Bench run, each one JSON object.

run_metadata.json             what ran
tb.lock                       what it was started with
results.json                  all trials of the run, with their totals
<task>/<trial>/results.json   one of those trials again
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from msgspec import Raw

from loaders.contract import json_object, raw_json
from loaders.contract.columns import RawTable
from loaders.contract.extract import row, take
from loaders.contract.files import OpenFile
from loaders.contract.json_object import Record
from loaders.contract.limits import MAX_TRACE_RECORDS
from loaders.contract.raw_json import Pointer
from loaders.contract.records import (
    Batch,
    Quarantined,
    RecordRefused,
    by_table,
    file_refused,
)
from loaders.contract.times import seconds_between
from loaders.terminal_bench.rules import run_id_of
from loaders.terminal_bench.tables import (
    TERMINAL_BENCH_LOCKS,
    TERMINAL_BENCH_PASS_AT_K,
    TERMINAL_BENCH_RESULTS,
    TERMINAL_BENCH_RUNS,
    TERMINAL_BENCH_TRIALS,
)

_TRIAL = ('"is_resolved"', '"task_id"')
_RUN = ('"run_id"', '"agent_name"', '"n_concurrent_trials"')
# Of a run without any trial.
_RESULTS = ('"results"', '"n_resolved"', '"n_unresolved"')
_LOCK = ('"lockfile_version"', '"harness"', '"agent"')


def fits(head: str) -> bool:
    """Return whether the beginning of a file looks like a run's."""
    is_object = head.lstrip("\ufeff \t\r\n").startswith("{")
    return is_object and fits_further(head)


def fits_further(window: str) -> bool:
    """Return whether a part of a file that begins with an object is from a run."""
    kinds = (_TRIAL, _RUN, _RESULTS, _LOCK)
    return any(all(name in window for name in kind) for kind in kinds)


def read(stream: OpenFile) -> Iterator[Batch]:
    """Return the rows of a file.

    A trial that breaks a rule is quarantined. Raises FileRefused if the file is not a
    JSON object.
    """
    whole, read_as_null = json_object.entries(stream)
    entries = ((TERMINAL_BENCH_TRIALS, entry) for entry in read_as_null)
    return by_table(chain(_records(whole), entries), stream.size_bytes)


def _records(whole: dict[str, Raw]) -> Iterator[Record]:
    root = Pointer()
    if "results" not in whole:
        table = TERMINAL_BENCH_RUNS
        if "is_resolved" in whole:
            table = TERMINAL_BENCH_TRIALS
        elif "lockfile_version" in whole:
            table = TERMINAL_BENCH_LOCKS
        yield from _with_pass_at_k(table, whole, root)
        return
    results = whole.pop("results")
    run_ids = set()
    go_on = file_refused(
        "too_many_records", "its trials go on", None, str(root / "results")
    )
    if raw_json.has_more_than(MAX_TRACE_RECORDS, results):
        raise go_on
    try:
        for index, trial in enumerate(json_object.items(results)):
            if index == MAX_TRACE_RECORDS:
                raise go_on
            for record in _read(TERMINAL_BENCH_TRIALS, trial, root / "results" / index):
                if isinstance(record, tuple):
                    run_ids.add(record[_RUN_ID])
                yield TERMINAL_BENCH_TRIALS, record
    except RecordRefused as refused:
        excerpt = raw_json.excerpt(results)
        yield TERMINAL_BENCH_TRIALS, refused.at_pointer(root / "results", excerpt)
    run_id = run_ids.pop() if len(run_ids) == 1 else None
    yield from _with_pass_at_k(TERMINAL_BENCH_RESULTS, whole, root, run_id=run_id)


def _with_pass_at_k(
    table: RawTable, whole: dict[str, Raw], root: Pointer, **given: Any
) -> Iterator[Record]:
    """Yield the records of an object, and its pass@k if its row has one."""
    at = root / "pass_at_k"
    has_pass_at_k = "pass_at_k" in table.types and "pass_at_k" in whole
    if has_pass_at_k and json_object.is_crowded(whole["pass_at_k"]):
        raise file_refused("too_many_records", "it holds too many", None, str(at))
    record, *unread = _read(table, whole, root, **given)
    yield from ((table, each) for each in (record, *unread))
    if has_pass_at_k and isinstance(record, tuple):
        found = raw_json.value(whole["pass_at_k"])
        for k, value in json_object.numbers_by_k(found):
            yield TERMINAL_BENCH_PASS_AT_K, (str(at / str(k)), k, value)


_RUN_ID = list(TERMINAL_BENCH_TRIALS.types).index("run_id")


def _read(
    table: RawTable, found: Raw | dict[str, Raw], at: Pointer, **given: Any
) -> list[tuple | Quarantined]:
    """Return the row of an object and its unreadable fields, or why it is refused.

    Unreadable fields are null, but an unreadable verdict refuses its trial.
    """
    try:
        fields = json_object.fields(found)
        if table is TERMINAL_BENCH_TRIALS:
            given = _derived(fields)
        unread: list[tuple[str, RecordRefused]] = []
        record = row(table, fields, unread, pointer=str(at), **given)
        for path, refused in unread:
            if path == "is_resolved":
                raise refused
    except RecordRefused as refused:
        return [refused.at_pointer(at, raw_json.excerpt(found))]
    kept_back = [
        refused.at_pointer(at / path, str(fields.get(path))) for path, refused in unread
    ]
    return [record, *kept_back]


def _derived(fields: dict[str, Any]) -> dict[str, Any]:
    """Return values derived from several fields, which are kept."""
    copy = dict(fields)
    values: list[str | None] = []
    for column in ("trial_name", "task_id", "agent_started_at", "agent_ended_at"):
        try:
            values.append(take(TERMINAL_BENCH_TRIALS.column(column), copy))
        except RecordRefused:
            values.append(None)
    name, task_id, start, end = values
    return {
        "run_id": run_id_of(name, task_id),
        "agent_seconds": seconds_between(start, end),
    }
