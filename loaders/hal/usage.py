"""Token usage, in every spelling that the HAL harness passes on."""

from typing import NamedTuple

from msgspec import Struct

from loaders.contract import rules
from loaders.contract.records import RecordRefused

Number = int | float | None


class _Details(Struct, gc=False):
    cached_tokens: Number = None


class Usage(Struct, gc=False):
    """Counts of tokens; who wrote them decides which of the names are there."""

    prompt_tokens: Number = None
    completion_tokens: Number = None
    prompt_tokens_details: _Details | None = None
    cache_creation_input_tokens: Number = None
    cache_read_input_tokens: Number = None
    input_tokens: Number = None
    output_tokens: Number = None
    total_tokens: Number = None
    input_tokens_details: _Details | None = None
    input_tokens_cache_write: Number = None
    input_tokens_cache_read: Number = None
    inputTokens: Number = None
    outputTokens: Number = None
    cacheReadInputTokens: Number = None
    cacheWriteInputTokens: Number = None


class Tokens(NamedTuple):
    """Usage in one spelling; a count that the source does not give is None."""

    vocabulary: str | None
    # Without what was read from a cache, where the source tells it apart.
    input_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    output_tokens: int | None


class _Vocabulary(NamedTuple):
    name: str
    # One of these tells the vocabulary.
    signs: tuple[str, ...]
    input: str
    output: str
    # The first that is there counts.
    cache_read: tuple[str, ...]
    cache_write: str | None
    # Whether the input includes what was read from a cache.
    includes_cached: bool


# The first that fits is taken.
_VOCABULARIES = (
    _Vocabulary(
        "prompt_tokens",
        ("prompt_tokens", "completion_tokens"),
        "prompt_tokens",
        "completion_tokens",
        ("cache_read_input_tokens", "prompt_tokens_details"),
        "cache_creation_input_tokens",
        includes_cached=True,
    ),
    _Vocabulary(
        "bedrock",
        ("inputTokens", "outputTokens"),
        "inputTokens",
        "outputTokens",
        ("cacheReadInputTokens",),
        "cacheWriteInputTokens",
        includes_cached=False,
    ),
    _Vocabulary(
        "responses",
        ("input_tokens_details",),
        "input_tokens",
        "output_tokens",
        ("input_tokens_details",),
        None,
        includes_cached=True,
    ),
    _Vocabulary(
        "anthropic",
        ("cache_read_input_tokens", "cache_creation_input_tokens"),
        "input_tokens",
        "output_tokens",
        ("cache_read_input_tokens",),
        "cache_creation_input_tokens",
        includes_cached=False,
    ),
    _Vocabulary(
        "input_tokens",
        ("input_tokens", "output_tokens"),
        "input_tokens",
        "output_tokens",
        ("input_tokens_cache_read",),
        "input_tokens_cache_write",
        includes_cached=False,
    ),
)
NO_TOKENS = Tokens(None, None, None, None, None)


def tokens(usage: Usage | None) -> Tokens:
    """Return the usage in our spelling, or raise RecordRefused."""
    for vocabulary in _VOCABULARIES if usage is not None else ():
        for sign in vocabulary.signs:
            if getattr(usage, sign) is not None:
                return _normalised(usage, vocabulary)
    return NO_TOKENS


def total(parts: list[Tokens]) -> Tokens:
    """Return the sum; a count is None only where no part has one."""
    if len(parts) < 2:
        return parts[0] if parts else NO_TOKENS
    columns = list(zip(*parts, strict=True))
    known = [[count for count in column if count is not None] for column in columns]
    return Tokens(
        columns[0][0] if len(set(columns[0])) == 1 else "mixed",
        *(sum(counts) if counts else None for counts in known[1:]),
    )


def _normalised(usage: Usage, vocabulary: _Vocabulary) -> Tokens:
    given = _count(usage, vocabulary.input)
    read = None
    for name in vocabulary.cache_read:
        read = _count(usage, name) if read is None else read
    write = _count(usage, vocabulary.cache_write) if vocabulary.cache_write else None
    output = _count(usage, vocabulary.output)
    name = vocabulary.name
    if vocabulary.includes_cached and given is not None and read is not None:
        if read > given:
            what = f"{read:,} of {given:,} {vocabulary.input} are cached"
            raise RecordRefused("cached_exceeds_prompt", what)
        given -= read
    if name == "prompt_tokens" and (read is not None or write is not None):
        name = "prompt_tokens_cached"
    return Tokens(name, given, read, write, output)


def _count(usage: Usage, name: str) -> int | None:
    value = getattr(usage, name)
    # There are hundreds of thousands of counts, nearly all of them good.
    if value is None or (type(value) is int and 0 <= value <= rules.MAX_COUNT):
        return value
    if isinstance(value, _Details):
        name, value = f"{name}.cached_tokens", value.cached_tokens
    return rules.count(name, value)
