"""Keys of JSON that are too long to be held as text, found before it is decoded."""

import re
from typing import Any

from loaders.contract.limits import RECORD_BYTES

# In a shorter document no key can take too much memory.
LONG_BYTES = 16 << 20
# Everything before the next long text, some thousand pieces at a time: see _CONSTANT
# in raw_json.py.
_SHORT = re.compile(
    rb'(?>(?:[^"]++|"[^"\\]{0,4000}+(?:\\.[^"\\]{0,4000}+){0,1000}+"){0,4096})',
    re.DOTALL,
)
# The rest of a long text after its opening quote, some thousand pieces at a time.
_PIECES = re.compile(rb"[^\"\\]*+(?:\\.[^\"\\]*+){0,4096}+", re.DOTALL)
_BEFORE_VALUE = re.compile(rb"\s*:")


def has_long_key(data: Any) -> bool:
    """Return whether an object in a document has a key longer than a record may be."""
    data = memoryview(data)
    at = 0
    while at < data.nbytes:
        end = _SHORT.match(data, at).end()
        if end > at:
            at = end
            continue
        # A long text begins here.
        start = at = at + 1
        while (end := _PIECES.match(data, at).end()) > at:
            at = end
        if at - start > RECORD_BYTES and _BEFORE_VALUE.match(data, at + 1):
            return True
        at += 1
    return False
