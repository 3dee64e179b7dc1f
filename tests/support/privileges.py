"""Being refused as anyone is, also where tests run as root."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator

import pytest

_VERSION = 0x20080522  # of Linux's capability sets: two words of 32 each
# Reading and writing whatever a file's mode says.
_OVERRIDES = 1 << 1 | 1 << 2


@contextlib.contextmanager
def no_overrides() -> Iterator[None]:
    """Let this process, and what it forks, meet files' modes as anyone does."""
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root may write wherever it likes")
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    capabilities = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    library = ctypes.CDLL(None, use_errno=True)
    assert library.capget(header, capabilities) == 0
    capabilities[0] &= ~_OVERRIDES
    assert library.capset(header, capabilities) == 0
    try:
        yield
    finally:
        capabilities[0] |= _OVERRIDES & capabilities[1]
        assert library.capset(header, capabilities) == 0


@contextlib.contextmanager
def read_only(folder: os.PathLike[str]) -> Iterator[None]:
    """Let nobody write in a folder."""
    mode = os.stat(folder).st_mode
    os.chmod(folder, 0o500)
    try:
        with no_overrides():
            yield
    finally:
        os.chmod(folder, mode)
