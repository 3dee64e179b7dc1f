"""HAL traces `*_UPLOAD.json`: one agent over one benchmark in one JSON object.

Also as the encrypted zips that the HAL harness uploads. A trace has

    config                what ran: run_id, benchmark_name, agent_name, agent_args, ...
    results               the headline: accuracy, total_cost, latencies, lists of tasks
    raw_eval_results      the benchmark's own report
    raw_logging_results   every model call, with its messages
    total_usage           tokens by model
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Raw

from loaders.contract import raw_json, rules
from loaders.contract.columns import RawTable
from loaders.contract.files import OpenFile
from loaders.contract.raw_json import Document, Key, Pointer, Scalar, Section
from loaders.contract.records import (
    Batch,
    FileRefused,
    Quarantined,
    RecordRefused,
    by_table,
    file_refused,
)
from loaders.hal import encrypted
from loaders.hal.by_task import ByTask
from loaders.hal.calls import Log
from loaders.hal.evaluation import IDENTITY, Evaluation
from loaders.hal.tables import (
    HAL_EVALUATIONS,
    HAL_MODEL_CALLS,
    HAL_NOTES,
    HAL_TASK_LATENCIES,
    HAL_TASK_RESULTS,
    HAL_TOKEN_USAGE,
)
from loaders.hal.tasks import latencies
from loaders.hal.usage import Usage, tokens

_BY_TASK = ByTask()
# One pass over everything, one level into each part; all else is kept as written.
_TRACE = raw_json.decoder(dict[Key, list[Raw] | Section | Scalar])
# Where a part is a number that no double holds.
_SECTIONS = raw_json.decoder(Section)
_USAGE = raw_json.decoder(Usage | None)
# As far as a count of cached tokens.
_USAGE_LEVELS = 2
# What the harness zips up beside a trace is refused with one of these.
_NO_TRACE = {"not_a_trace", "not_json", "truncated", "wrong_encoding"}

_Record = tuple[RawTable, tuple | Quarantined]


def fits(head: str) -> bool:
    """Say whether the beginning of a file looks like a trace, or a zip of them."""
    if head.startswith("PK"):
        return head.startswith("PK\5\6") or encrypted.SUFFIX in head
    is_object = head.lstrip().startswith("{") and '"config"' in head
    return is_object and any(f'"{name}"' in head for name in IDENTITY[1:])


def read(stream: OpenFile, password: str | None = None) -> Iterator[Batch]:
    """Yield the rows of a trace, or of each trace in an encrypted zip.

    Without a password it is the one that the HAL harness gives to everybody. A record
    that breaks a rule is quarantined. Raises FileRefused when the file is no JSON, no
    trace, or does not say what ran.
    """
    data = stream.map()
    if data[:2] == b"PK":
        password = encrypted.PUBLIC_PASSWORD if password is None else password
        records = _zip_records(memoryview(data), password)
    else:
        document = Document(data, stream.map_private, Pointer())
        records = _trace_records(document, 1, None)
    return by_table(records, len(data))


def _zip_records(data: memoryview, password: str) -> Iterator[_Record]:
    trace_number = 0
    refused = file_refused("not_a_trace", "no member of the zip is encrypted")
    for member, plain in encrypted.members(data, password):
        root = Pointer(f"{member}#")
        what = "it is not encrypted"
        if plain is not None:
            document = Document(plain, lambda plain=plain: plain, root)
            try:
                yield from _trace_records(document, trace_number + 1, member)
                trace_number += 1
                continue
            except FileRefused as error:
                if error.reason_code not in _NO_TRACE:
                    raise
                refused, what = error, error.detail
        # Of the trace before it, as the harness zips a trace's own files up after it.
        yield HAL_NOTES, (root, max(trace_number, 1), "member_passed_over", what)
    if not trace_number:
        raise refused


def _trace_records(
    document: Document, trace_number: int, member: str | None
) -> Iterator[_Record]:
    """Yield the records of one trace, each with its table."""
    root = document.root
    found, repaired = raw_json.decode(document, (_BY_TASK, _TRACE, _SECTIONS))
    whole = raw_json.entries_whole(document, found, root)
    parts = {name: raw_json.part(value) for name, value in whole}
    evaluation = Evaluation(document, parts, trace_number)
    for each in repaired:
        evaluation.note(f"{root}byte {each.first_byte}", each.code, each.detail)

    log_at = root / "raw_logging_results"
    log = Log(parts.get("raw_logging_results"), log_at, trace_number)
    yield from ((HAL_MODEL_CALLS, record) for record in log.records())

    latency_records = latencies(
        evaluation.latencies,
        root / "results" / "latencies",
        trace_number,
        log.call_counts if log.shape not in ("none", "text") else None,
    )
    yield from ((HAL_TASK_LATENCIES, record) for record in latency_records)

    tasks = evaluation.tasks()
    yield from ((HAL_TASK_RESULTS, row) for row in tasks.rows())
    yield from ((HAL_TASK_RESULTS, entry) for entry in tasks.quarantined)

    usage_at = root / "total_usage"
    usage = _usage_records(parts.get("total_usage"), usage_at, trace_number)
    yield from ((HAL_TOKEN_USAGE, record) for record in usage)

    yield HAL_EVALUATIONS, evaluation.row(member, log.shape)
    yield from ((HAL_NOTES, row) for row in evaluation.all_notes())


def _usage_records(
    section: Any, at: Pointer, trace_number: int
) -> Iterator[tuple | Quarantined]:
    """Yield a row for each model's usage."""
    if not isinstance(section, dict):
        if section is not None:
            refused = raw_json.wrong_kind(section)
            yield refused.at_pointer(at, raw_json.excerpt(section))
        return
    for model, raw in raw_json.entries_once(section, at):
        if isinstance(raw, Quarantined):
            yield raw
            continue
        try:
            rules.identifier("the model", model)
            usage = raw_json.record(_USAGE, raw)
            raw_json.check_once(raw, _USAGE_LEVELS)
            used = tokens(usage, is_run_total=True)
        except RecordRefused as refused:
            yield refused.at_pointer(at / model, raw_json.excerpt(raw))
            continue
        yield at / model, trace_number, model, *used
