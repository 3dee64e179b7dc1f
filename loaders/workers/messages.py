"""Messages from a reading process to the writing one: a pickle, followed by its
buffers.

Large numbers of rows are not in the pickle, which would copy each of them.
"""

import pickle
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

# How long the pickle is, and how many buffers follow; then how long each of them is.
_HEAD = struct.Struct("=qq")


def written(message: Any) -> Iterator[bytes | memoryview]:
    """Yield a message in pieces, the first one only when it is complete."""
    found: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(message, protocol=5, buffer_callback=found.append)
    buffers = [buffer.raw() for buffer in found]
    sizes = [buffer.nbytes for buffer in buffers]
    yield b"".join(
        (_HEAD.pack(len(pickled), len(sizes)), _sizes(len(sizes)).pack(*sizes), pickled)
    )
    yield from buffers


def read(stream: BinaryIO) -> Any:
    """Return the next message; raise EOFError where it ends too early."""
    length, count = _HEAD.unpack(_whole(stream, _HEAD.size))
    sizes = _sizes(count)
    lengths = sizes.unpack(_whole(stream, sizes.size))
    pickled = _whole(stream, length)
    return pickle.loads(pickled, buffers=[_whole(stream, each) for each in lengths])


def _sizes(count: int) -> struct.Struct:
    return struct.Struct(f"={count}q")


def _whole(stream: BinaryIO, length: int) -> bytearray:
    found = bytearray(length)
    if stream.readinto(found) < length:
        raise EOFError
    return found
