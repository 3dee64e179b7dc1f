"""The summaries of an `.eval` log: a short row for each sample."""

import msgspec
from msgspec import Raw

from loaders.contract import rules
from loaders.contract.long_keys import LONG_BYTES
from loaders.contract.raw_json import has_more_than
from loaders.contract.records import FileRefused, RecordRefused, file_refused
from loaders.contract.spill import Spill
from loaders.contract.unpacked import forget
from loaders.inspect import documents, samples
from loaders.inspect.container import SUMMARIES, Archive, MemberError
from loaders.inspect.documents import Malformed
from loaders.inspect.log import Log
from loaders.inspect.samples import Sample

# A summary takes half a kilobyte of memory, and more on disk.
MOST_SAMPLES = 100_000
# Rows including scores and usage: a log may have this many, or one per this many of its
# bytes.
_MOST_ROWS, _ROW_BYTES = 500_000, 20
# A member that cannot be read, and why.
Lost = tuple[str, RecordRefused]
_LIST = msgspec.json.Decoder(list[Raw])


class Summary:
    """A summary, or why it is refused."""

    # There may be a hundred thousand.
    __slots__ = (
        "_kept",
        "_sample",
        "_spill",
        "at",
        "is_complete",
        "key",
        "refused",
        "row_count",
    )

    def __init__(self, raw: Raw, at: str, spill: Spill[bytes]):
        # A copy, so that the list that it was in does not stay in memory.
        raw = raw.copy()
        self.at = at
        self.key: tuple[str, int] | None = None
        self.is_complete = True
        self.row_count = 1
        self.refused: RecordRefused | None = None
        self._sample: Sample | None = None
        self._spill = spill
        try:
            sample = samples.decoded(raw)
        except RecordRefused as refused:
            self.refused = refused
        else:
            self.is_complete = sample.is_complete
            self.row_count += len(sample.scores or ())
            if isinstance(sample.epoch, int):
                self.key = rules.canonical(str(sample.id)), sample.epoch
            self._sample = sample if spill.has_room else None
        self._kept = spill.put(bytes(raw), memoryview(raw).nbytes)

    @property
    def raw(self) -> Raw:
        return Raw(self._spill.take(self._kept))

    @property
    def sample(self) -> Sample | None:
        """The sample of this summary; decoded again if it was not kept in memory."""
        if self.refused:
            return None
        return self._sample or samples.decoded(self.raw)


def read_summaries(
    archive: Archive, log: Log, lost: list[Lost]
) -> list[Summary] | None:
    """Return the summaries, None where the samples are to be read instead.

    Where there are no samples, summaries that cannot be read are `lost`.
    """
    names = [SUMMARIES] if SUMMARIES in archive else archive.journal
    if not names:
        return None
    rows: list[Summary] = []
    spill: Spill[bytes] = Spill()
    left_rows = most_rows(archive.size_bytes)
    for name in names:
        try:
            written, most = archive.read(name), MOST_SAMPLES - len(rows)
            pieces = (
                None
                if has_more_than(most, written)
                else documents.decode(written, _LIST)
            )
        except (MemberError, Malformed) as error:
            if archive.samples:
                what = f"{error.what}; the samples are read"
                log.add_warning(name, "broken_summaries", what)
                return None
            is_large = error.reason_code == "member_too_large"
            code = error.reason_code if is_large else "broken_member"
            lost.append((name, RecordRefused(code, error.what)))
            continue
        if pieces is None or len(pieces) > most:
            what = f"it has more than {MOST_SAMPLES:,} summaries"
            raise file_refused("too_many_samples", what, None, name)
        forget(written)
        read_bytes = 0
        for at, raw in enumerate(pieces):
            row = Summary(raw, f"{name}#/{at}", spill)
            rows.append(row)
            left_rows -= row.row_count
            if left_rows < 0:
                raise too_many_rows(row.at)
            read_bytes += memoryview(raw).nbytes
            if read_bytes > LONG_BYTES:
                forget(written)
                read_bytes = 0
    return rows


def most_rows(size_bytes: int) -> int:
    """Return how many rows the samples of a log of so many bytes may have."""
    return max(_MOST_ROWS, size_bytes // _ROW_BYTES)


def too_many_rows(at: str) -> FileRefused:
    what = "its samples have too many scores for its size"
    return file_refused("too_many_samples", what, None, at)
