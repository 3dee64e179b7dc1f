"""Small HAL traces for tests, and what the reader makes of them."""

import base64
import hashlib
import io
import json
import re
import tempfile
import zipfile
from functools import cache
from typing import Any

import pytest
from cryptography.fernet import Fernet

from loaders.contract import records
from loaders.contract.files import OpenFile
from loaders.contract.records import FileRefused, Quarantined
from loaders.hal import trace as hal

SALT = b"0123456789abcdef"
CONFIG = {
    "agent_name": "An Agent",
    "benchmark_name": "gaia",
    "date": "2025-04-23",
    "run_id": "gaia_an_agent_1",
    "agent_args": {"model_name": "o3"},
    "run_command": "hal-eval --benchmark gaia",
}
# Counts of a call, as columns of raw.hal_model_calls.
TOKEN_NAMES = (
    "vocabulary",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
)


class Loaded:
    """The rows by table, as dictionaries, and all that was quarantined."""

    def __init__(self, batches: list):
        self.batches = batches
        self.quarantined: list[Quarantined] = []
        self._rows: dict[str, list[dict]] = {}
        for batch in batches:
            rows = self._rows.setdefault(batch.table.name, [])
            names = list(batch.table.types)
            rows += [dict(zip(names, row, strict=True)) for row in batch.rows]
            self.quarantined += batch.quarantined

    def rows(self, name: str) -> list[dict]:
        """Return the rows of raw.hal_<name>."""
        return self._rows.get(f"raw.hal_{name}", [])

    @property
    def evaluation(self) -> dict:
        [row] = self.rows("evaluations")
        return row

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Return the position of each quarantined record, and why."""
        return [(entry.position, entry.reason_code) for entry in self.quarantined]

    @property
    def all_rows(self) -> dict[str, list[dict]]:
        return {name: rows for name, rows in self._rows.items() if rows}


def trace(*, config: Any = None, results: Any = None, **parts: Any) -> dict:
    """Return a good trace, with some of it replaced or added."""
    return {
        "config": CONFIG | (config or {}),
        "results": {"accuracy": 0.5, "total_cost": 1.5} | (results or {}),
        "raw_eval_results": {},
        "raw_logging_results": [],
        "total_usage": {},
        "total_cost": 1.5,
    } | parts


def read(content: Any, password: str = "hal1234") -> Loaded:
    """Return what the reader makes of a trace, given as an object or as written."""
    if not isinstance(content, bytes):
        written = content if isinstance(content, str) else json.dumps(content)
        content = written.encode()
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return Loaded(list(hal.read(OpenFile(file), password)))


def sealed(plain: bytes, password: str = "hal1234", salt: bytes = SALT) -> str:
    """Return what the HAL harness writes for a file, made by Fernet itself."""
    token = Fernet(base64.urlsafe_b64encode(_key(password, salt))).encrypt(plain)
    return as_member(token, salt)


@cache
def _key(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 480_000)


def as_member(token: bytes, salt: bytes = SALT) -> str:
    fields = {"encrypted_data": token, "salt": salt}
    return json.dumps(
        {name: base64.b64encode(value).decode() for name, value in fields.items()},
        indent=2,
    )


def zipped(*members: tuple[str, str | bytes], method: int = zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def refusal(content: Any) -> FileRefused:
    """Return why a trace is refused; the detail ends with the reason's own sentence."""
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert refused.value.detail.endswith(
        records.FILE_REASONS[refused.value.reason_code]
    )
    return refused.value


def call(call_id: str, **changes) -> dict:
    """Return a full call record."""
    return {
        "id": call_id,
        "op_name": "openai.chat.completions.create",
        "parent_id": None,
        "trace_id": "t",
        "started_at": "2025-04-23T10:00:00+00:00",
        "ended_at": "2025-04-23T10:00:01+00:00",
        "inputs": {"model": "o3", "messages": [{"role": "user", "content": "x"}]},
        "output": {
            "model": "o3-2025",
            "choices": [],
            "usage": {"prompt_tokens": 100, "completion_tokens": 7},
        },
        "summary": {"usage": {"o3": {"prompt_tokens": 100, "completion_tokens": 7}}},
        "attributes": {"weave_task_id": "a"},
        "weave_task_id": "a",
    } | changes


def tolerant(content: bytes) -> bytes:
    """Return a document as Python's own reader and writer put it."""
    document = json.loads(content, parse_constant=lambda _: None)
    written = json.dumps(document, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", "\ufffd", written).encode()


# A trace with one call, as text.
WRITTEN = json.dumps(trace(raw_logging_results=[call("1")]))
