"""Inspect logs, `.eval` and `.json`, of all versions since 0.3.6.

A log says what ran (eval, plan), how it went (status, results, stats), and has a sample
for each task and epoch. An `.eval` log is a zip of

    header.json               all but the samples; missing while it runs, or was killed
    _journal/start.json       what ran, from the beginning
    summaries.json            a short row for each sample; while it runs in pieces,
    _journal/summaries/1.json   one after the other
    samples/<id>_epoch_1.json the samples

Of a log of a current version the header and the summaries are enough; else the samples
are opened one at a time.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Raw

from loaders.contract import rules
from loaders.contract.columns import RawTable
from loaders.contract.files import OpenFile
from loaders.contract.json_object import is_crowded
from loaders.contract.limits import MAX_DEPTH, MAX_REFUSED, MAX_VALUES, RECORD_BYTES
from loaders.contract.long_keys import LONG_BYTES, has_long_key
from loaders.contract.raw_json import SECTION, has_more_than
from loaders.contract.records import (
    EXCERPT_LENGTH,
    Batch,
    FileRefused,
    Quarantined,
    RecordRefused,
    by_table,
    file_refused,
    too_many_refused,
)
from loaders.contract.spill import Spill, row_bytes
from loaders.inspect import documents, samples, summaries
from loaders.inspect.container import (
    HEADER,
    START,
    SUMMARIES,
    Archive,
    MemberError,
)
from loaders.inspect.documents import Malformed
from loaders.inspect.fields import At, check_once
from loaders.inspect.log import HEADER as HEADER_DECODER
from loaders.inspect.log import Header, Log, Record
from loaders.inspect.samples import Sample
from loaders.inspect.summaries import (
    Lost,
    Summary,
    most_rows,
    read_summaries,
    too_many_rows,
)
from loaders.inspect.tables import INSPECT_SAMPLES, INSPECT_SCORES, INSPECT_USAGE

_MEMBERS = ("_journal/", HEADER, SUMMARIES, "samples/")
_FIRST_FIELD = re.compile(
    r'\s*\{\s*"(?:version|status|eval|plan|stats|error|invalidated|location|samples)"'
)
# Fields of a log, in any order.
_FIELDS = (
    re.compile(r'"version"\s*:\s*[0-9]'),
    re.compile(r'"status"\s*:\s*"(?:success|error|cancelled|started)"'),
    re.compile(r'"eval"\s*:\s*\{'),
)
# Inspect's name of a sample's member.
_NAME = re.compile(r"samples/(.+)_epoch_([0-9]{1,18})\.json", re.DOTALL)
# The newest version of a .json log that Inspect itself reads.
_NEWEST_JSON = 2
_SAMPLES = re.compile(rb'"samples"\s*:\s*\[')
# A list of logs that Inspect writes next to them: logs.json.
_LISTED = re.compile(r'[\ufeff\s]*\{\s*"[^"]*\.(?:eval|json)"\s*:\s*\{')
# The tables with the rows of a sample.
_TABLES = {
    table.name: table for table in (INSPECT_SAMPLES, INSPECT_SCORES, INSPECT_USAGE)
}
_RAW = msgspec.json.Decoder(Raw)
# Samples are counted separately.
_COUNTED = {*Header.__struct_fields__} - {"samples"}


def fits(head: str) -> bool:
    """Return whether the beginning of a file looks like an Inspect log."""
    if head.startswith("PK"):
        # HAL's traces have this name; a sample may have it too.
        names = (START,) if ".encrypted" in head else _MEMBERS
        return any(name in head for name in names)
    has_fields = '"eval"' in head and '"status"' in head
    if has_fields and _FIRST_FIELD.match(head):
        return True
    is_object = head.lstrip("\ufeff \t\r\n").startswith("{")
    if _LISTED.match(head):
        return False
    return is_object and fits_further(head)


def fits_further(window: str) -> bool:
    """Return whether a part of a file that begins with an object is from a log."""
    return all(field.search(window) for field in _FIELDS)


def read(source: OpenFile) -> Iterator[Batch]:
    """Yield the rows of a log.

    A sample that breaks a rule is quarantined. Raises FileRefused when the file is cut
    short or does not say what ran.
    """
    data = source.map()
    if data[:2] == b"PK":
        records = _archive_records(Archive(data))
    else:
        records = _json_records(data)
    return by_table(records, len(data))


class _Samples:
    """Samples in the order of reading; the last of each counts."""

    def __init__(self, log: Log, size_bytes: int):
        self._log = log
        self._left_rows = most_rows(size_bytes)
        results = log.header.results
        self._one_scorer = results.scorer.name if results and results.scorer else None
        if not isinstance(self._one_scorer, str):
            self._one_scorer = None
        # The rows of each sample, in memory or on disk.
        self._found: dict[tuple[str, int], Any] = {}
        self.refused: set[tuple[str, int]] = set()
        self._kept_back: list[Any] = []
        self._spill: Spill[Any] = Spill()

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, key: tuple[str, int]) -> bool:
        return key in self._found or key in self.refused

    def add(
        self, sample: Sample, at: str, raw: Raw, is_opened: bool
    ) -> tuple[str, int] | None:
        """Add a sample and return its key; one that breaks a rule is quarantined."""
        try:
            found = samples.records(sample, at, is_opened, self._one_scorer)
        except RecordRefused as refused:
            if isinstance(sample.id, str | int) and isinstance(sample.epoch, int):
                self.refused.add((rules.canonical(str(sample.id)), sample.epoch))
            self.keep_back(refused, at, raw)
            return None
        if earlier := self._found.pop(found.key, None):
            sample_id, epoch = found.key
            what = f"sample {rules.shown(sample_id)} epoch {epoch} is there again"
            refused = RecordRefused("superseded_sample", what)
            (_, row), *_ = self._spill.take(earlier)
            self._keep_refusal(refused.at_pointer(row[0], ""))
        rows = [(table.name, row) for table, row in found.rows]
        self._left_rows -= len(rows)
        if self._left_rows < 0:
            raise too_many_rows(at)
        byte_count = sum(row_bytes(row) for _, row in rows)
        self._found[found.key] = self._spill.put(rows, byte_count)
        if len(self._found) > summaries.MOST_SAMPLES:
            what = f"it has more than {summaries.MOST_SAMPLES:,} samples"
            raise file_refused("too_many_samples", what, None, at)
        return found.key

    def keep_back(self, refused: RecordRefused, at: str, raw: Raw | None) -> None:
        excerpt = b"" if raw is None else bytes(memoryview(raw)[: 4 * EXCERPT_LENGTH])
        if isinstance(refused, At) and refused.path:
            at = f"{at}/{refused.path}"
        self._keep_refusal(refused.at_pointer(at, excerpt.decode(errors="replace")))

    def _keep_refusal(self, entry: Quarantined) -> None:
        byte_count = row_bytes((entry.position, entry.record_excerpt))
        self._kept_back.append(self._spill.put(entry, byte_count))
        if len(self._kept_back) > MAX_REFUSED:
            raise too_many_refused(entry)

    def records(self) -> Iterator[Record]:
        for kept in self._found.values():
            for name, row in self._spill.take(kept):
                yield _TABLES[name], row
        for kept in self._kept_back:
            yield INSPECT_SAMPLES, self._spill.take(kept)


# ------------------------------------------------------------------ .json


def _json_records(data) -> Iterator[Record]:
    begun = _SAMPLES.search(data)
    if begun and has_more_than(summaries.MOST_SAMPLES, data, begun.end() - 1):
        what = f"it has more than {summaries.MOST_SAMPLES:,} samples"
        raise file_refused("too_many_samples", what, None, "/samples")
    try:
        header = _header(data)
    except Malformed as error:
        code = error.reason_code
        if code not in ("truncated", "wrong_encoding", "too_deep", "duplicate_field"):
            code = "broken_log"
        raise file_refused(code, error.what, None, error.position or None) from None
    version = header.version
    if isinstance(version, int | float) and version > _NEWEST_JSON:
        what = f"it is of version {version}, and the newest is {_NEWEST_JSON}"
        raise file_refused("unknown_version", what)
    log = _checked(Log(header, ""), "")
    found = _Samples(log, len(data))
    for place, raw in enumerate(header.samples or ()):
        at = f"/samples/{place}"
        try:
            found.add(samples.decoded(raw), at, raw, is_opened=True)
        except RecordRefused as refused:
            found.keep_back(refused, at, raw)
    read_from = "samples" if header.samples else "none"
    yield from log.records("json", header.status, read_from)
    yield from found.records()
    _warn_without_samples(log, found)
    yield from log.warnings()


# ------------------------------------------------------------------ .eval


def _archive_records(archive: Archive) -> Iterator[Record]:
    member = HEADER if HEADER in archive else START
    if member not in archive:
        what = f"it has neither {HEADER} nor {START}"
        raise file_refused("broken_log", what)
    header: Header = _member_or_refuse(archive, member)
    status = header.status if member == HEADER else "started"
    log = _checked(Log(header, member), member)
    lost: list[Lost] = []
    rows = read_summaries(archive, log, lost)
    names = archive.samples
    if rows is not None and (not names or _is_enough(rows, names, header)):
        found, read_from = _of_summaries(archive, log, rows), "summaries"
        if rows and not names:
            what = f"{len(rows)} summaries have no sample beside them"
            log.add_warning(SUMMARIES, "summary_without_sample", what)
    else:
        found, read_from = _of_samples(archive, log, names, rows or []), "samples"
    for name, refused in lost:
        found.keep_back(refused, name, None)
    for name in archive.superseded:
        what = "a member of this name comes again, and the last counts"
        if name in names and read_from == "samples":
            found.keep_back(RecordRefused("superseded_sample", what), name, None)
        else:
            log.add_warning(name, "superseded_member", what)
    yield from log.records("eval", status, read_from if rows or names else "none")
    # They take as much memory as `found`.
    (rows or []).clear()
    yield from found.records()
    _warn_without_samples(log, found)
    yield from log.warnings()


def _header(data: Any) -> Header:
    """Return a header, or raise Malformed."""
    raw = documents.decode(data, _RAW)
    _check_counts(raw)
    header = documents.decode(raw, HEADER_DECODER)
    try:
        check_once(raw, MAX_DEPTH, but=("samples",))
    except At as refused:
        what = refused.detail.partition("; ")[0]
        raise Malformed("duplicate_field", what, f"/{refused.path}") from None
    return header


def _check_counts(raw: Raw) -> None:
    """Raise Malformed if a header has too many values, or too long ones."""
    if memoryview(raw).nbytes <= MAX_VALUES:
        return
    if memoryview(raw).nbytes > LONG_BYTES and has_long_key(raw):
        raise Malformed("broken_log", f"a key is longer than {RECORD_BYTES:,} bytes")
    byte_count = 0
    with suppress(msgspec.ValidationError):  # It is not an object.
        for name, piece in SECTION.decode(raw).items():
            if str(name) not in _COUNTED:
                continue
            byte_count += memoryview(piece).nbytes
            if byte_count > LONG_BYTES:
                what = f"everything but its samples is longer than {LONG_BYTES:,} bytes"
                raise Malformed("broken_log", what)
            if is_crowded(piece):
                raise Malformed("broken_log", f"{name} holds too many values")


def _checked(log: Log, member: str) -> Log:
    """Return the log, if it says what ran."""
    if missing := log.missing():
        raise file_refused("broken_log", f"it does not say {missing}", None, member)
    return log


def _member_or_refuse(archive: Archive, name: str) -> Header:
    try:
        return _header(archive.read(name))
    except MemberError as error:
        what = f"{name}: {error.what}"
    except Malformed as error:
        if error.reason_code == "duplicate_field":
            position = f"{name}#{error.position}"
            raise file_refused("duplicate_field", error.what, None, position) from None
        at = f" at {error.position}" if error.position else ""
        what = f"{name}: {error.what}{at}"
    raise file_refused("broken_log", what, None, name)


def _is_enough(rows: list[Summary], names: list[str], header: Header) -> bool:
    """Return whether the summaries are as complete as the samples.

    Names only decide whether to open samples; ids and epochs come from their content.
    """
    keys = {row.key or row.at for row in rows}
    named = [_NAME.fullmatch(name) for name in names]
    if all(named):
        is_of_each = keys == {
            (rules.canonical(name[1]), int(name[2])) for name in named
        }
    else:
        is_of_each = len(keys) == len(names)
    return (
        is_of_each and not header.invalidated and all(row.is_complete for row in rows)
    )


def _of_summaries(archive: Archive, log: Log, rows: list[Summary]) -> _Samples:
    found = _Samples(log, archive.size_bytes)
    for row in rows:
        if row.refused:
            found.keep_back(row.refused, row.at, row.raw)
        else:
            found.add(row.sample, row.at, row.raw, is_opened=False)
    return found


def _of_samples(
    archive: Archive, log: Log, names: list[str], rows: list[Summary]
) -> _Samples:
    """Open the samples; then add the summaries without a sample."""
    found = _Samples(log, archive.size_bytes)
    told = {row.key: row for row in rows if not row.refused}
    has_summaries = bool(rows)
    for name in names:
        at = f"{name}#"
        # So that two of the largest are never in memory at once.
        raw = sample = None
        try:
            raw = documents.decode(archive.read(name), _RAW)
            sample = samples.decoded(raw)
        except MemberError as error:
            refused = RecordRefused(error.reason_code, error.what)
            found.keep_back(refused, name, None)
            continue
        except Malformed as error:
            refused = RecordRefused("broken_member", error.what)
            at = f"{name}#{error.position}" if error.position else name
            found.keep_back(refused, at, None)
            continue
        except RecordRefused as refused:
            found.keep_back(refused, at, raw)
            continue
        taken = found.add(sample, at, raw, is_opened=True)
        if taken is None or not has_summaries:
            continue
        summary = told.get(taken)
        if summary is None:
            log.add_warning(name, "sample_without_summary", "no summary tells of it")
        elif differs(summary.sample, sample):
            what = "its summary says another score, error or limit; the sample counts"
            log.add_warning(name, "summary_contradicts_sample", what)
    for row in rows:
        if row.refused:
            found.keep_back(row.refused, row.at, row.raw)
        elif row.key not in found and found.add(
            row.sample, row.at, row.raw, is_opened=False
        ):
            what = "the log does not have its sample; the summary counts"
            log.add_warning(row.at, "summary_without_sample", what)
    return found


def differs(summary: Sample, sample: Sample) -> bool:
    """Return whether a summary contradicts its sample."""
    return samples.shared_values(summary) != samples.shared_values(sample)


def _warn_without_samples(log: Log, found: _Samples) -> None:
    if not len(found):
        what = "the log has no samples, so its numbers are the evaluation's alone"
        log.add_warning(log.at, "samples_not_logged", what)


__all__ = ["FileRefused", "RawTable", "fits", "read"]
