"""Token usage, in every vocabulary that the HAL harness passes on."""

import operator
from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

from msgspec import Raw, Struct

from loaders.contract import rules
from loaders.contract.rules import Rule
from loaders.hal.tables import TOKENS
from loaders.hal.vocabularies import VOCABULARIES, Inside, Vocabulary

Number = int | float | None
# What some writers put instead of an object.
_Other = str | int | float | bool | None | list[Raw]


class _Details(Struct, gc=False):
    """Parts of a count, whichever it is."""

    cached_tokens: Number = None
    cache_creation_tokens: Number = None
    cache_write_tokens: Number = None
    cache_read: Number = None
    cache_creation: Number = None
    # Cache writes that are kept for five minutes, or for an hour.
    ephemeral_5m_input_tokens: Number = None
    ephemeral_1h_input_tokens: Number = None
    reasoning_tokens: Any = None
    reasoning: Any = None
    cacheReadTokens: Number = None
    cacheWriteTokens: Number = None
    reasoningTokens: Any = None


class Usage(Struct, gc=False):
    """Counts of tokens; which names are present depends on the provider."""

    prompt_tokens: Number = None
    completion_tokens: Number = None
    # Google's is a list, by kind of content.
    prompt_tokens_details: _Details | list[Raw] | None = None
    completion_tokens_details: _Details | _Other = None
    cache_creation_input_tokens: Number = None
    cache_read_input_tokens: Number = None
    cache_creation: _Details | _Other = None
    prompt_cache_hit_tokens: Number = None
    cached_tokens: Number = None
    input_tokens: Number = None
    output_tokens: Number = None
    total_tokens: Number = None
    reasoning_tokens: Any = None
    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | _Other = None
    input_token_details: _Details | _Other = None
    output_token_details: _Details | _Other = None
    input_tokens_cache_write: Number = None
    input_tokens_cache_read: Number = None
    inputTokens: Number = None
    outputTokens: Number = None
    totalTokens: Any = None
    cacheReadInputTokens: Number = None
    cacheWriteInputTokens: Number = None
    cacheCreationInputTokens: Number = None
    inputTokenCount: Number = None
    outputTokenCount: Number = None
    cacheReadInputTokenCount: Number = None
    cacheWriteInputTokenCount: Number = None
    cachedInputTokens: Number = None
    reasoningTokens: Any = None
    inputTokenDetails: _Details | _Other = None
    outputTokenDetails: _Details | _Other = None
    promptTokens: Number = None
    completionTokens: Number = None
    prompt_token_count: Number = None
    candidates_token_count: Number = None
    cached_content_token_count: Number = None
    thoughts_token_count: Number = None
    tool_use_prompt_token_count: Number = None
    total_token_count: Any = None
    promptTokenCount: Number = None
    candidatesTokenCount: Number = None
    cachedContentTokenCount: Number = None
    thoughtsTokenCount: Number = None
    toolUsePromptTokenCount: Number = None
    totalTokenCount: Any = None


class Tokens(NamedTuple):
    """Usage in our own names; a count that the source does not give is None."""

    vocabulary: str | None
    # Neither read from a cache nor written to one, if the source counts them
    # separately.
    input_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    # Reasoning included.
    output_tokens: int | None
    reasoning_tokens: int | None


# The counts, each with how its fields are read: name, getter and rule.
_COUNTS = [column for column in TOKENS if column.rule]
_Read = tuple[str, Callable[["Usage"], Any], Rule]


def _plain_count(_name: str, value: Any) -> int | None:
    """Return a count; anything else is unknown, and is not refused."""
    is_whole = type(value) is int or (type(value) is float and value.is_integer())
    return int(value) if is_whole and 0 <= value <= rules.MAX_COUNT else None


# Reasoning is a part of other counts, which are known without it.
_RULES = {"reasoning_tokens": _plain_count}


def _reads(vocabulary: Vocabulary) -> list[list[_Read]]:
    """Return for each count how to read the fields that may have it."""
    return [
        [
            (
                path.replace("/", "."),
                _getter(path),
                _RULES.get(column.name, column.rule),
            )
            for path in vocabulary.paths.get(column.name, ())
        ]
        for column in _COUNTS
    ]


def _getter(path: str) -> Callable[["Usage"], Any]:
    section, _, name = path.partition("/")
    if not name:
        return operator.attrgetter(section)

    names = name.split("+")

    def get(usage: "Usage") -> Any:
        details = getattr(usage, section)
        if not isinstance(details, _Details):
            return None
        if len(names) == 1:
            return getattr(details, name)
        parts = [getattr(details, each) for each in names]
        told = [
            rules.count(each, part)
            for each, part in zip(names, parts, strict=True)
            if part is not None
        ]
        return sum(told) if told else None

    return get


_READS = {vocabulary.signs: _reads(vocabulary) for vocabulary in VOCABULARIES}
NO_TOKENS = Tokens(None, None, None, None, None, None)


def tokens(usage: Usage | None, *, is_run_total: bool = False) -> Tokens:
    """Return the usage in our own names, or raise RecordRefused.

    HAL's own sum over a run has LiteLLM's names, but does not count what was written
    to a cache as a part of the prompt.
    """
    if usage is None:
        return NO_TOKENS
    vocabulary = _vocabulary(usage)
    if vocabulary is None:
        return NO_TOKENS
    if is_run_total and vocabulary.name == "prompt_tokens":
        vocabulary = _HAL_RUN_TOTAL
    return _normalised(usage, vocabulary)


_HAL_RUN_TOTAL = VOCABULARIES[0]._replace(
    inside=Inside(read=True, write=False, reasoning=True)
)


def _vocabulary(usage: Usage) -> Vocabulary | None:
    """Return the first vocabulary with a token, else the first that is present."""
    found = None
    for vocabulary in VOCABULARIES:
        for sign in vocabulary.signs:
            if getattr(usage, sign) is None:
                continue
            # Some writers fill the names of others with zeros.
            for name in ("input_tokens", "output_tokens"):
                if getattr(usage, vocabulary.paths[name][0]):
                    return vocabulary
            found = found or vocabulary
            break
    return found


def total(parts: list[Tokens]) -> Tokens:
    """Return the sum.

    Input and output are None if a part has other counts but not these; cached and
    reasoning tokens only if no part has them.
    """
    if len(parts) < 2:
        return parts[0] if parts else NO_TOKENS
    told = [part for part in parts if part.vocabulary is not None]
    if not told:
        return NO_TOKENS
    columns = Tokens(*zip(*told, strict=True))
    names = set(columns.vocabulary)
    return Tokens(
        names.pop() if len(names) == 1 else "mixed",
        _whole_sum(columns.input_tokens),
        _known_sum(columns.cache_read_tokens),
        _known_sum(columns.cache_write_tokens),
        _whole_sum(columns.output_tokens),
        _known_sum(columns.reasoning_tokens),
    )


def _whole_sum(counts: tuple[int | None, ...]) -> int | None:
    return None if None in counts else sum(counts)


def _known_sum(counts: tuple[int | None, ...]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _normalised(usage: Usage, vocabulary: Vocabulary) -> Tokens:
    given, read, write, output, reasoning = [
        _count(usage, each) for each in _READS[vocabulary.signs]
    ]
    if vocabulary.more_input is not None:
        name = vocabulary.more_input
        more = _plain_count(name, getattr(usage, name))
        if more and given is not None:
            given += more
    all_tokens = _plain_count(vocabulary.total, getattr(usage, vocabulary.total))
    if output is None and None not in (given, all_tokens):
        # An embedding has no output, which only its total shows. If the model only
        # reasoned and did not answer, the reasoning is the output.
        beside = 0 if vocabulary.inside.read else read or 0
        beside += 0 if vocabulary.inside.write else write or 0
        rest = all_tokens - given - beside
        output = rest if rest in (0, reasoning) else None
    if read or write or reasoning:
        parts = (read or 0, write or 0, reasoning or 0)
        inside = _inside(vocabulary, given, output, parts, all_tokens)
        if given is not None:
            given -= inside.read * parts[0] + inside.write * parts[1]
        if output is not None and not inside.reasoning:
            output += parts[2]
    if not reasoning and None not in (given, output, all_tokens):
        # The rest is reasoning: Gemini does not list it for clients that do not know it.
        output += max(0, all_tokens - given - (read or 0) - (write or 0) - output)
    name = vocabulary.name
    if name == "prompt_tokens" and (read is not None or write is not None):
        name = "prompt_tokens_cached"
    return Tokens(name, given, read, write, output, reasoning)


def _inside(
    vocabulary: Vocabulary,
    given: int | None,
    output: int | None,
    parts: tuple[int, int, int],
    all_tokens: int | None,
) -> Inside:
    """Return which counts include which: by the total, else by the vocabulary.

    A part is never more than the whole.
    """
    usual = vocabulary.inside
    best, least = usual, (3, 0)
    for choice in (usual, *_CHOICES):
        if vocabulary.is_defined and choice[:2] != usual[:2]:
            continue
        in_input = choice.read * parts[0] + choice.write * parts[1]
        in_output = choice.reasoning * parts[2]
        is_too_much = (given is not None and in_input > given) or (
            output is not None and in_output > output
        )
        beside = sum(parts) - in_input - in_output
        is_total = all_tokens == (given or 0) + (output or 0) + beside
        differing = sum(map(operator.ne, choice, usual))
        badness = (2 * is_too_much + (not is_total), differing)
        if badness < least:
            best, least = choice, badness
        if choice is usual and not is_too_much and (is_total or all_tokens is None):
            break
    return best


# If two readings differ from the usual one by as much, the first is taken: cache writes
# are counted outside of the input more often than cache reads.
_CHOICES = [Inside(*choice) for choice in product((True, False), repeat=3)]


def _count(usage: Usage, reads: list[_Read]) -> int | None:
    """Return a count from the first field that has one above 0, else 0 or None."""
    first = None
    for name, get, rule in reads:
        value = get(usage)
        if value is None:
            continue
        # There are hundreds of thousands of counts, nearly all of them good.
        if not (type(value) is int and 0 <= value <= rules.MAX_COUNT):
            value = rule(name, value)
        if value:
            return value
        first = value
    return first
