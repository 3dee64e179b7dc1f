"""HAL traces `*_UPLOAD.json`: one agent over one benchmark in one JSON object.

Also as the encrypted zips that the HAL harness uploads. A trace has

    config                what ran: run_id, benchmark_name, agent_name, agent_args, ...
    results               the headline: accuracy, total_cost, latencies, lists of tasks
    raw_eval_results      the benchmark's own report
    raw_logging_results   every model call, with its messages
    total_usage           tokens by model
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw

from loaders.contract import raw_json, rules
from loaders.contract.columns import RawTable
from loaders.contract.files import OpenFile
from loaders.contract.limits import MAX_TRACE_RECORDS
from loaders.contract.raw_json import Document, Pointer, Section
from loaders.contract.records import (
    Batch,
    FileRefused,
    Quarantined,
    RecordRefused,
    by_table,
    file_refused,
)
from loaders.hal import encrypted
from loaders.hal.calls import Log
from loaders.hal.cut_log import LOG, LOG_KEY, MOST_BEFORE, CutLog
from loaders.hal.evaluation import IDENTITY, READ_PARTS, Evaluation
from loaders.hal.tables import (
    HAL_EVALUATIONS,
    HAL_MODEL_CALLS,
    HAL_TASK_LATENCIES,
    HAL_TASK_RESULTS,
    HAL_TOKEN_USAGE,
    HAL_WARNINGS,
)
from loaders.hal.tasks import latencies
from loaders.hal.times import Moments
from loaders.hal.usage import Usage, tokens

_CUT_LOG = CutLog()
# Each part as written, if the log is not cut out.
_SECTIONS = raw_json.decoder(Section)
_LIST = raw_json.decoder(list[Raw])
_USAGE = raw_json.decoder(Usage | None)
# Matches up to a count of cached tokens.
_USAGE_LEVELS = 2
# Codes with which other files that the harness puts into the zip are refused.
_NO_TRACE = {"not_a_trace", "not_json", "truncated", "wrong_encoding"}

# Traces in one file, as a list or lines; each takes a tenth of a millisecond.
_MOST_TRACES = 50_000
_BLANKS = b"\xef\xbb\xbf \t\r\n"
_FIRST_PART = re.compile(r'\s*(?:\[\s*)?\{\s*"([a-z_]*)"')
_SEALED = re.compile(r'\s*\{\s*"(?:encrypted_data"|salt"\s*:\s*"[^"]*"\s*,\s*"encr)')
# Parts that only a trace has, in case its config comes last.
_TELLING_PARTS = {"raw_logging_results", "raw_eval_results", "total_usage"}

_Record = tuple[RawTable, tuple | Quarantined]


def fits(head: str) -> bool:
    """Return whether the beginning of a file looks like traces, or a zip of them."""
    if head.startswith("PK"):
        return head.startswith("PK\5\6") or _names_traces(head)
    first = _FIRST_PART.match(head)
    if first is None:
        return False
    return first[1] in _TELLING_PARTS or _is_sealed(head) or fits_further(head)


def fits_further(window: str) -> bool:
    """Return whether a part of a zip, or of a file that begins with an object, is from
    a trace.
    """
    if window.startswith("PK"):
        return _names_traces(window)
    return '"config"' in window and any(f'"{name}"' in window for name in IDENTITY[1:])


def _names_traces(window: str) -> bool:
    return encrypted.SUFFIX in window or encrypted.TRACE_SUFFIX in window


def read(stream: OpenFile, password: str | None = None) -> Iterator[Batch]:
    """Yield the rows of a trace, or of each trace in a zip, a list or lines.

    Also those of an encrypted member that was taken out of its zip. The default
    password is the HAL harness's public one. A record that breaks a rule is
    quarantined, and so is an entry that is not a trace if there are several. Raises
    FileRefused if the file is not JSON, not a trace, or does not say what ran.
    """
    data = stream.map()
    if data[:2] == b"PK":
        password = encrypted.PUBLIC_PASSWORD if password is None else password
        records = _zip_records(memoryview(data), password)
    elif _is_sealed(bytes(data[:1000]).decode(errors="replace")):
        passwords = [encrypted.PUBLIC_PASSWORD if password is None else password]
        plain = encrypted.unsealed([bytes(data)], passwords)
        records = _trace_records(Document(plain, lambda: plain, Pointer()), 1, None)
    else:
        document = Document(data, stream.map_private, Pointer())
        is_list = bytes(data[:1000]).lstrip(_BLANKS)[:1] == b"["
        records = _list_records(document) if is_list else _file_records(document)
    return by_table(records, len(data))


def _is_sealed(head: str) -> bool:
    """Return whether a file is an encrypted member that was taken out of its zip."""
    return _SEALED.match(head) is not None


class _Several:
    """Traces of one file: one that is refused does not refuse the others."""

    def __init__(self) -> None:
        self.count = 0
        self.refusals: list[FileRefused] = []

    def add(self, document: Document, member: str | None) -> Iterator[_Record]:
        """Yield the records of a trace, all of them or none; raise FileRefused if none."""
        records = list(_trace_records(document, self.count + 1, member))
        self.count += 1
        yield from records

    def refused(self) -> Iterator[_Record]:
        """Yield why traces are refused; raise the first reason if all are."""
        if not self.count:
            raise self.refusals[0]
        for refused in self.refusals:
            code, detail, at = refused.reason_code, refused.detail, refused.position
            yield HAL_EVALUATIONS, Quarantined(at or "", None, code, detail, None)


def _zip_records(data: memoryview, password: str) -> Iterator[_Record]:
    several, passed = _Several(), []
    for member in encrypted.members(data, password):
        root = Pointer(f"{member.name}#")
        refused = member.refused
        if member.plain is not None:
            try:
                document = Document(member.plain, member.private, root)
                yield from several.add(document, member.name)
                continue
            except FileRefused as error:
                refused = error
                refused.position = refused.position or root
        if refused and (refused.reason_code not in _NO_TRACE or member.is_trace):
            several.refusals.append(refused)
            continue
        what = refused.detail if refused else "it is not encrypted"
        passed.append(refused)
        # A member after a trace belongs to it, because the harness zips a trace's own
        # files after it.
        yield HAL_WARNINGS, (root, max(several.count, 1), "member_passed_over", what)
    if not several.refusals:
        nothing = file_refused("not_a_trace", "no member of the zip is encrypted")
        several.refusals += [*filter(None, reversed(passed)), nothing][
            : not several.count
        ]
    yield from several.refused()


def _list_records(document: Document) -> Iterator[_Record]:
    """Yield the records of the traces in a list."""
    several, (items, repaired) = _Several(), raw_json.decode(document, (_LIST,))
    documents = (
        Document(memoryview(raw), lambda raw=raw: bytearray(raw), Pointer(f"/{index}"))
        for index, raw in enumerate(items)
    )
    yield from _each_records(several, documents)
    for each in repaired:
        yield HAL_WARNINGS, (f"byte {each.first_byte}", 1, each.code, each.detail)


def _file_records(document: Document) -> Iterator[_Record]:
    """Yield the records of the trace in a file, or of one trace per line."""
    try:
        yield from _trace_records(document, 1, None)
    except FileRefused as refused:
        if refused.reason_code != "not_json" or not _has_lines(document.data):
            raise
        yield from _each_records(_Several(), _lines(document.data))


def _each_records(
    several: _Several, documents: Iterator[Document]
) -> Iterator[_Record]:
    for number, document in enumerate(documents):
        if number == _MOST_TRACES:
            what = f"it has more than {_MOST_TRACES:,} traces"
            raise file_refused("too_many_records", what)
        try:
            yield from several.add(document, None)
        except FileRefused as refused:
            refused.position = refused.position or document.root
            several.refusals.append(refused)
    if not several.count and not several.refusals:
        raise file_refused("not_a_trace", "the list is empty")
    yield from several.refused()


def _has_lines(data: Any) -> bool:
    """Return whether the first line is a complete object, with more lines after it."""
    end = data.find(b"\n") if hasattr(data, "find") else -1
    try:
        _SECTIONS.decode(bytes(data[: max(end, 0)]).lstrip(_BLANKS))
    except msgspec.DecodeError:
        return False
    return True


def _lines(data: Any) -> Iterator[Document]:
    start, number = 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        line = bytes(data[start:end]).strip()
        if line:
            root = Pointer(f"line {number}#")
            yield Document(line, lambda line=line: bytearray(line), root)
        start, number = end + 1, number + 1


def _trace_records(
    document: Document, trace_number: int, member: str | None
) -> Iterator[_Record]:
    """Yield the records of one trace, each with its table."""
    root = document.root
    _check_counts(document)
    found, repaired = raw_json.decode(document, (_CUT_LOG, _SECTIONS))
    whole = raw_json.entries_whole(document, found, root)
    parts = {
        name: raw_json.part(value, root / name) if name in READ_PARTS else value
        for name, value in whole
    }
    evaluation = Evaluation(document, parts, trace_number)
    for each in repaired:
        evaluation.warn(f"{root}byte {each.first_byte}", each.code, each.detail)

    log_at = root / "raw_logging_results"
    log = Log(parts.get("raw_logging_results"), log_at, trace_number)
    yield from ((HAL_MODEL_CALLS, record) for record in log.records())

    moments = Moments(trace_number)
    latency_records = latencies(
        evaluation.latencies,
        root / "results" / "latencies",
        trace_number,
        None if log.shape in ("none", "text", "task_sums") else log.call_counts,
        moments,
    )
    yield from ((HAL_TASK_LATENCIES, record) for record in latency_records)

    tasks = evaluation.tasks()
    yield from ((HAL_TASK_RESULTS, row) for row in tasks.rows())
    yield from ((HAL_TASK_RESULTS, entry) for entry in tasks.quarantined)

    usage_at = root / "total_usage"
    usage = _usage_records(parts.get("total_usage"), usage_at, trace_number)
    yield from ((HAL_TOKEN_USAGE, record) for record in usage)

    yield HAL_EVALUATIONS, evaluation.row(member, log.shape)
    for warnings in (evaluation.warnings(), log.warnings(), moments.warnings()):
        yield from ((HAL_WARNINGS, row) for row in warnings)


def _check_counts(document: Document) -> None:
    """Refuse a trace with too many parts or calls, before they are decoded."""
    data, at = document.data, document.root
    beginning = bytes(data[:1000])
    starts = {at: len(beginning) - len(beginning.lstrip(_BLANKS))}
    key = LOG_KEY.search(data, 0, MOST_BEFORE)
    if key is not None:
        starts[at / LOG] = key.end()
    for pointer, start in starts.items():
        if raw_json.has_more_than(MAX_TRACE_RECORDS, data, start):
            what = "its entries go on"
            raise document.refused("too_many_records", what, pointer)


def _usage_records(
    section: Any, at: Pointer, trace_number: int
) -> Iterator[tuple | Quarantined]:
    """Yield a row for each model's usage."""
    for model, raw in raw_json.entries_once(section, at):
        if isinstance(raw, Quarantined):
            yield raw
            continue
        try:
            name = rules.identifier("the model", model)
            usage = raw_json.record(_USAGE, raw)
            raw_json.check_once(raw, _USAGE_LEVELS)
            used = tokens(usage, is_run_total=True)
        except RecordRefused as refused:
            yield refused.at_pointer(at / model, raw_json.excerpt(raw))
            continue
        yield at / model, trace_number, name, *used
