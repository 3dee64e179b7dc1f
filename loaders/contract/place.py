"""Where in a JSON document a byte is, as a pointer."""

import json
import re
from typing import Any

from loaders.contract.raw_json import Pointer

# A text, with the colon that makes it a name, or what begins, ends or parts others.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(\s*+:)?|[{}\[\],]', re.DOTALL)
# Further in, the place is not looked for.
_MOST_BYTES = 5_000_000


def pointer_to(data: Any, at: int) -> Pointer:
    """Return the pointer to the value at a byte; to the document where it is far in."""
    found = Pointer()
    if at > _MOST_BYTES:
        return found
    steps: list[str | int] = []
    for token in _TOKEN.finditer(bytes(memoryview(data)[:at])):
        sign = token[0]
        if sign in (b"{", b"["):
            steps.append(0 if sign == b"[" else "")
        elif not steps:
            continue
        elif sign in (b"}", b"]"):
            steps.pop()
        elif sign == b"," and isinstance(steps[-1], int):
            steps[-1] += 1
        elif token[1] is not None:
            steps[-1] = _name(sign.removesuffix(token[1]))
    for step in steps:
        found /= step
    return found


def _name(written: bytes) -> str:
    try:
        return json.loads(written.decode(errors="replace"))
    except ValueError:
        return written.decode(errors="replace").strip('"')
