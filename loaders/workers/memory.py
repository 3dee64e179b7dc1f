"""A reading process may take so much memory and no more.

What a file takes is flat or grows with it, but for content that nobody writes: a million
empty objects. Beyond the limit Python and the decoders raise MemoryError, and the file is
refused, before the machine runs short and ends a process that did nothing wrong.
"""

import re
import resource
from contextlib import suppress

# Besides what the process holds already: a member of an Inspect log, a block of lines.
_ANY_FILE_BYTES = 180_000_000
_PER_BYTE = 2


def limit_memory(size_bytes: int) -> None:
    """Limit what this process may allocate while it reads a file of that size."""
    held = _held_bytes()
    if held is None:
        return  # Not Linux, which has no limit that counts.
    wanted = held + _ANY_FILE_BYTES + _PER_BYTE * size_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def lift_limit() -> None:
    """Let this process say what became of the file."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _held_bytes() -> int | None:
    """Return what the process has allocated, as the limit counts it."""
    try:
        with open("/proc/self/status") as status:
            found = re.search(r"VmData:\s*([0-9]+) kB", status.read())
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
