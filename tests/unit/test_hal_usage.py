"""HAL traces: tokens, in the vocabulary of each provider."""

import pytest
from hal_traces import TOKEN_NAMES, read, trace

# What each vocabulary includes; docs/formats.md has the same as a table. The counts
# are vocabulary, uncached input, cache read, cache write, output, reasoning.
USAGES = [
    # LiteLLM, OpenAI and who copies their names: all is inside.
    (
        {"prompt_tokens": 100, "completion_tokens": 7},
        ("prompt_tokens", 100, None, None, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 107,
            "prompt_tokens_details": {"cached_tokens": 30, "audio_tokens": 0},
        },
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 107,
            "cache_creation_input_tokens": 11,
            "cache_read_input_tokens": 30,
        },
        ("prompt_tokens_cached", 59, 30, 11, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 11},
        },
        ("prompt_tokens_cached", 59, 30, 11, 7, None),
    ),
    # Zeros of one writer beside the counts of another.
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "cache_read_input_tokens": 0,
            "prompt_tokens_details": {"cached_tokens": 30},
        },
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    (
        {
            "prompt_tokens": 0,
            "completion_tokens": 0,
            "input_tokens": 70,
            "cache_read_input_tokens": 30,
        },
        ("anthropic", 70, 30, None, None, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "prompt_cache_hit_tokens": 30,
            "prompt_cache_miss_tokens": 70,
        },
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    # The total puts the written tokens beside, all cached ones, or neither.
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 118,
            "cache_creation_input_tokens": 11,
            "cache_read_input_tokens": 30,
        },
        ("prompt_tokens_cached", 70, 30, 11, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 148,
            "cache_creation_input_tokens": 11,
            "cache_read_input_tokens": 30,
        },
        ("prompt_tokens_cached", 100, 30, 11, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 1,
            "cache_read_input_tokens": 30,
        },
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    # More cached than prompted: it is beside the prompt, whatever the total.
    (
        {"prompt_tokens": 5, "cache_read_input_tokens": 6},
        ("prompt_tokens_cached", 5, 6, None, None, None),
    ),
    (
        {
            "prompt_tokens": 5,
            "completion_tokens": 1,
            "total_tokens": 6,
            "cache_read_input_tokens": 60,
            "cache_creation_input_tokens": 2,
        },
        ("prompt_tokens_cached", 3, 60, 2, 1, None),
    ),
    # Reasoning inside the completion, and beside it.
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 850,
            "total_tokens": 950,
            "completion_tokens_details": {"reasoning_tokens": 800},
        },
        ("prompt_tokens", 100, None, None, 850, 800),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "total_tokens": 950,
            "completion_tokens_details": {"reasoning_tokens": 800},
        },
        ("prompt_tokens", 100, None, None, 850, 800),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "completion_tokens_details": {"reasoning_tokens": 800},
        },
        ("prompt_tokens", 100, None, None, 850, 800),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 90,
            "total_tokens": 260,
            "prompt_tokens_details": {"cached_tokens": 30},
            "completion_tokens_details": {"reasoning_tokens": 70},
        },
        ("prompt_tokens_cached", 70, 30, None, 160, 70),
    ),
    # A count of reasoning that cannot be read costs nothing else.
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "completion_tokens_details": {"reasoning_tokens": -8},
        },
        ("prompt_tokens", 100, None, None, 50, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "completion_tokens_details": "none",
        },
        ("prompt_tokens", 100, None, None, 50, None),
    ),
    # Inspect: nothing is inside, before version 0.3.184 what was read.
    (
        {
            "input_tokens": 70,
            "output_tokens": 7,
            "total_tokens": 118,
            "input_tokens_cache_write": 11,
            "input_tokens_cache_read": 30,
            "reasoning_tokens": 3,
        },
        ("input_tokens", 70, 30, 11, 7, 3),
    ),
    (
        {
            "input_tokens": 100,
            "output_tokens": 7,
            "total_tokens": 107,
            "input_tokens_cache_read": 30,
        },
        ("input_tokens", 70, 30, None, 7, None),
    ),
    # Anthropic: nothing is inside.
    (
        {
            "input_tokens": 70,
            "output_tokens": 7,
            "cache_creation_input_tokens": 11,
            "cache_read_input_tokens": 30,
        },
        ("anthropic", 70, 30, 11, 7, None),
    ),
    # Bedrock: the same, even where its total leaves out the cache.
    (
        {"inputTokens": 70, "outputTokens": 7, "cacheReadInputTokens": 30},
        ("bedrock", 70, 30, None, 7, None),
    ),
    (
        {
            "inputTokens": 70,
            "outputTokens": 7,
            "totalTokens": 77,
            "cacheReadInputTokens": 30,
            "cacheWriteInputTokens": 11,
        },
        ("bedrock", 70, 30, 11, 7, None),
    ),
    # As Claude's agents and Bedrock's own log write it.
    (
        {
            "inputTokens": 70,
            "outputTokens": 7,
            "cacheReadInputTokens": 30,
            "cacheCreationInputTokens": 11,
            "webSearchRequests": 0,
            "costUSD": 0.5,
        },
        ("bedrock", 70, 30, 11, 7, None),
    ),
    (
        {
            "inputTokenCount": 70,
            "outputTokenCount": 7,
            "cacheReadInputTokenCount": 30,
            "cacheWriteInputTokenCount": 11,
        },
        ("bedrock", 70, 30, 11, 7, None),
    ),
    # Google: what was read is inside, thoughts and what tools read are beside.
    (
        {
            "prompt_token_count": 100,
            "cached_content_token_count": 30,
            "candidates_token_count": 50,
            "thoughts_token_count": 800,
            "total_token_count": 950,
        },
        ("google", 70, 30, None, 850, 800),
    ),
    (
        {
            "promptTokenCount": 100,
            "toolUsePromptTokenCount": 9,
            "candidatesTokenCount": 50,
            "thoughtsTokenCount": 800,
        },
        ("google", 109, None, None, 850, 800),
    ),
    (
        {
            "promptTokenCount": 100,
            "candidatesTokenCount": 850,
            "thoughtsTokenCount": 800,
            "totalTokenCount": 950,
        },
        ("google", 100, None, None, 850, 800),
    ),
    # OpenAI's Responses, LangChain and the AI SDK: all is inside.
    (
        {
            "input_tokens": 100,
            "output_tokens": 7,
            "input_tokens_details": {"cached_tokens": 30},
            "output_tokens_details": {"reasoning_tokens": 5},
        },
        ("responses", 70, 30, None, 7, 5),
    ),
    (
        {
            "input_tokens": 100,
            "output_tokens": 7,
            "total_tokens": 107,
            "input_token_details": {"cache_read": 30, "cache_creation": 11},
            "output_token_details": {"reasoning": 5},
        },
        ("langchain", 59, 30, 11, 7, 5),
    ),
    (
        {"inputTokens": 100, "outputTokens": 7, "cachedInputTokens": 30},
        ("ai_sdk", 70, 30, None, 7, None),
    ),
    (
        {
            "inputTokens": 100,
            "inputTokenDetails": {
                "noCacheTokens": 59,
                "cacheReadTokens": 30,
                "cacheWriteTokens": 11,
            },
            "outputTokens": 7,
            "outputTokenDetails": {"textTokens": 2, "reasoningTokens": 5},
            "totalTokens": 107,
            "raw": {"prompt_tokens": 100},
        },
        ("ai_sdk", 59, 30, 11, 7, 5),
    ),
    (
        {"inputTokens": 100, "inputTokenDetails": "none", "outputTokens": 7},
        ("ai_sdk", 100, None, None, 7, None),
    ),
    (
        {"promptTokens": 100, "completionTokens": 7, "totalTokens": 107},
        ("ai_sdk", 100, None, None, 7, None),
    ),
    # An embedding: the total leaves no output.
    (
        {"prompt_tokens": 100, "total_tokens": 100},
        ("prompt_tokens", 100, None, None, 0, None),
    ),
    (
        {"prompt_tokens": 100, "total_tokens": 107},
        ("prompt_tokens", 100, None, None, None, None),
    ),
    # Moonshot's count of what was cached.
    (
        {"prompt_tokens": 100, "completion_tokens": 7, "cached_tokens": 30},
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    # What Anthropic wrote to a cache, by how long it is kept, with and without the sum.
    (
        {
            "input_tokens": 10,
            "output_tokens": 7,
            "cache_read_input_tokens": 600,
            "cache_creation": {
                "ephemeral_5m_input_tokens": 300,
                "ephemeral_1h_input_tokens": 40,
            },
        },
        ("anthropic", 10, 600, 340, 7, None),
    ),
    (
        {
            "input_tokens": 10,
            "output_tokens": 7,
            "cache_creation": {"ephemeral_1h_input_tokens": 40},
        },
        ("anthropic", 10, None, 40, 7, None),
    ),
    (
        {
            "input_tokens": 10,
            "output_tokens": 7,
            "cache_creation_input_tokens": 340,
            "cache_creation": {
                "ephemeral_5m_input_tokens": 300,
                "ephemeral_1h_input_tokens": 40,
            },
        },
        ("anthropic", 10, None, 340, 7, None),
    ),
    (
        {"input_tokens": 10, "output_tokens": 7, "cache_creation": "none"},
        ("anthropic", 10, None, None, 7, None),
    ),
    # LangChain then has no sum.
    (
        {
            "input_tokens": 950,
            "output_tokens": 7,
            "total_tokens": 957,
            "input_token_details": {
                "cache_read": 600,
                "cache_creation": 0,
                "ephemeral_5m_input_tokens": 300,
                "ephemeral_1h_input_tokens": 40,
            },
        },
        ("langchain", 10, 600, 340, 7, None),
    ),
    # Gemini's thoughts, where its client knows no name for them.
    (
        {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 950},
        ("prompt_tokens", 100, None, None, 850, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "total_tokens": 950,
            "prompt_tokens_details": {"cached_tokens": 60},
        },
        ("prompt_tokens_cached", 40, 60, None, 850, None),
    ),
    (
        {
            "prompt_token_count": 100,
            "candidates_token_count": 50,
            "total_token_count": 950,
        },
        ("google", 100, None, None, 850, None),
    ),
    (
        {"promptTokens": 100, "completionTokens": 50, "totalTokens": 950},
        ("ai_sdk", 100, None, None, 850, None),
    ),
    (
        {"inputTokens": 100, "outputTokens": 50, "totalTokens": 950},
        ("bedrock", 100, None, None, 850, None),
    ),
    (
        {
            "input_tokens": 100,
            "output_tokens": 50,
            "total_tokens": 950,
            "input_token_details": {"cache_read": 40},
        },
        ("langchain", 60, 40, None, 850, None),
    ),
    (
        {
            "prompt_token_count": 1000,
            "prompt_tokens_details": [{"modality": "TEXT", "token_count": 1000}],
            "cached_content_token_count": 600,
            "cache_tokens_details": [{"modality": "TEXT", "token_count": 600}],
            "candidates_token_count": 50,
            "candidates_tokens_details": None,
            "thoughts_token_count": 20,
            "total_token_count": 1070,
        },
        ("google", 400, 600, None, 70, 20),
    ),
    # Thoughts that no answer follows.
    (
        {"promptTokenCount": 100, "thoughtsTokenCount": 800, "totalTokenCount": 900},
        ("google", 100, None, None, 800, 800),
    ),
    ({"prompt_tokens": 12.0}, ("prompt_tokens", 12, None, None, None, None)),
    ({"prompt_tokens": None, "completion_tokens": None}, (None,) * 6),
    ({"requests": 3}, (None,) * 6),
    (None, (None,) * 6),
]


@pytest.mark.parametrize(("usage", "expected"), USAGES)
def test_usage_is_brought_into_one_spelling(usage, expected):
    log = [{"id": "1", "inputs": {"model": "m"}, "output": {"usage": usage}}]
    [row] = read(trace(raw_logging_results=log)).rows("model_calls")
    assert tuple(row[name] for name in TOKEN_NAMES) == expected


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ({}, ("prompt_tokens_cached", 70, 30, 11, 7, None)),
        ({"total_tokens": 118}, ("prompt_tokens_cached", 70, 30, 11, 7, None)),
        ({"total_tokens": 107}, ("prompt_tokens_cached", 59, 30, 11, 7, None)),
    ],
)
def test_total_usage_excludes_cache_writes_from_the_prompt(total, expected):
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 7,
        "cache_creation_input_tokens": 11,
        "cache_read_input_tokens": 30,
    } | total
    [row] = read(trace(total_usage={"a/b": usage})).rows("token_usage")
    assert (row["pointer"], row["model"]) == ("/total_usage/a~1b", "a/b")
    assert tuple(row[name] for name in TOKEN_NAMES) == expected


def test_a_call_of_several_models_is_a_sum_only_where_each_tells():
    usage = {
        "m": {"prompt_tokens": 5, "completion_tokens": 2},
        "n": {"input_tokens": 3, "cache_read_input_tokens": 4},
        "o": {},
    }
    log = [{"id": "1", "summary": {"usage": usage}}]
    [row] = read(trace(raw_logging_results=log)).rows("model_calls")
    assert tuple(row[name] for name in TOKEN_NAMES) == ("mixed", 8, 4, None, None, None)


def test_a_call_may_list_its_usage_by_model():
    usage = [{"o3": {"prompt_tokens": 5, "completion_tokens": 2}}]
    log = [
        {"id": "1", "summary": {"usage": usage}},
        {"id": "2", "summary": {"usage": [*usage, *usage]}},
        {"id": "3", "summary": {"usage": [*usage, {"n": usage[0]["o3"]}]}},
    ]
    rows = read(trace(raw_logging_results=log)).rows("model_calls")
    assert [(row["model"], row["input_tokens"]) for row in rows] == [
        ("o3", 5),
        ("o3", 10),
        (None, 10),
    ]
