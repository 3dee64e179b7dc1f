"""Which documents have a key that is too long to be held."""

import pytest

from loaders.contract import long_keys

LONG, TOO_LONG = 5_000_000, 5_000_001


@pytest.mark.parametrize(
    "written",
    [
        b'{"%s": 1}' % (b"x" * TOO_LONG),
        b'{"a": [{"%s"\n\t :1}]}' % (b"x" * TOO_LONG),
        b'{"%s":1}' % (rb"\n" * (TOO_LONG // 2 + 1)),
        # Quotes and backslashes inside end nothing.
        rb'{"%s":1}' % (rb"\"" * (TOO_LONG // 2 + 1)),
        rb'{"%s":1}' % (rb"\\" * (TOO_LONG // 2 + 1)),
        # Behind many short texts, and behind a long one that is not a key.
        b'[%s{"%s":1}]' % (b'"",' * 10_000, b"x" * TOO_LONG),
        b'{"a":"%s","%s":1}' % (b"x" * TOO_LONG, b"y" * TOO_LONG),
    ],
)
def test_a_long_key_is_found_wherever_it_is(written):
    assert long_keys.has_long_key(written)
    assert long_keys.has_long_key(memoryview(bytearray(written)))


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b" " * TOO_LONG,
        b'{"%s": 1}' % (b"x" * LONG),
        b'{"a": "%s"}' % (b"x" * TOO_LONG),
        b'["%s", "b", {"c": 1}]' % (b"x" * TOO_LONG),
        # A colon inside of a text follows no key.
        rb'["%s\":1"]' % (b"x" * TOO_LONG),
        b"[%s]" % b",".join([b'{"a":"b"}'] * 600_000),
        # Cut short.
        b'{"%s' % (b"x" * TOO_LONG),
        b'{"%s\\' % (b"x" * TOO_LONG),
    ],
)
def test_texts_that_are_not_keys_or_not_long_are_allowed(written):
    assert not long_keys.has_long_key(written)
