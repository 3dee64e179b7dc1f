"""HAL traces: latencies, and the times of calls and evaluations."""

import json

import pytest
from hal_traces import (
    call,
    read,
    trace,
)


def test_latencies_are_objects_or_numbers():
    latencies = {
        "a": {
            "first_call_timestamp": "2025-04-23T10:00:00+00:00",
            "last_call_timestamp": "2025-04-23T10:00:02.5+00:00",
            "total_time": 2.5,
        },
        "b": {"total_time": 0.0},
        "c": 3,
        "d": None,
        "e": {},
    }
    loaded = read(trace(results={"latencies": latencies}))
    assert [tuple(row.values()) for row in loaded.rows("task_latencies")] == [
        (
            "/results/latencies/a",
            1,
            "a",
            2.5,
            "2025-04-23T10:00:00+00:00",
            "2025-04-23T10:00:02.5+00:00",
            None,
        ),
        ("/results/latencies/b", 1, "b", 0.0, None, None, None),
        ("/results/latencies/c", 1, "c", 3.0, None, None, None),
        ("/results/latencies/d", 1, "d", None, None, None, None),
        ("/results/latencies/e", 1, "e", None, None, None, None),
    ]


def test_without_a_total_a_latency_is_the_time_between_its_calls():
    """b is two minutes over midnight in two zones. c says one thing of the two.
    d's last call comes before its first; e has a total, which counts.
    """
    first, last = "first_call_timestamp", "last_call_timestamp"
    noon = "2025-04-23T12:00:00+00:00"
    latencies = {
        "a": {first: noon, last: "2025-04-23T12:00:02.5+00:00"},
        "b": {first: "2025-04-23T23:59:00", last: "2025-04-24T02:01:00+02:00"},
        "c": {first: noon, "total_time": None},
        "d": {first: noon, last: "2025-04-23T11:00:00+00:00"},
        "e": {first: noon, last: "2025-04-23T13:00:00+00:00", "total_time": 7},
        "f": {first: noon, last: noon, "total_time": None},
    }
    loaded = read(trace(results={"latencies": latencies}))
    seconds = {
        row["task_id"]: row["total_seconds"] for row in loaded.rows("task_latencies")
    }
    assert seconds == {"a": 2.5, "b": 120.0, "c": None, "e": 7.0, "f": 0.0}
    assert loaded.reasons == [("/results/latencies/d", "seconds_negative")]


@pytest.mark.parametrize(
    "time",
    [1744000000.5, 1744000000500, 1744000000500000, 1744000000500000000,
     "1744000000.5", "1744000000500"],
)  # fmt: skip
def test_a_time_is_read_by_the_unit_that_it_must_have(time):
    latency = {"total_time": 9, "first_call_timestamp": time}
    loaded = read(
        trace(
            config={"date": time},
            results={"latencies": {"a": latency}},
            raw_logging_results=[call("1", started_at=time, ended_at=time)],
        )
    )
    expected = "2025-04-07T04:26:40.500000+00:00"
    assert loaded.rows("task_latencies")[0]["first_call_at"] == expected
    [row] = loaded.rows("model_calls")
    assert (row["started_at"], row["ended_at"]) == (expected, expected)
    assert loaded.rows("warnings") == []
    is_day = not isinstance(time, str) or time.isdigit()
    assert loaded.evaluation["date"] == ("2025-04-07" if is_day else time)


def test_digits_that_could_be_a_day_and_an_hour_are_a_number():
    # As a day of 1734, any character, and 11:12.
    log = [call("1", started_at="1734123131112", ended_at="1734123131112.5")]
    [row] = read(trace(raw_logging_results=log)).rows("model_calls")
    assert row["started_at"] == "2024-12-13T20:52:11.112000+00:00"
    assert row["ended_at"] == "2024-12-13T20:52:11.112500+00:00"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("20250407T042640Z", "2025-04-07T04:26:40+00:00"),
        ("2025-W15-1T04:26", "2025-04-07T04:26:00"),
        ("2025-04-07T04:26:40,5+02", "2025-04-07T04:26:40.500000+02:00"),
        ("2025-04-07 04:26:40.5+0200", "2025-04-07 04:26:40.5+0200"),
    ],
)
def test_iso_times_are_written_as_sql_reads_them(time, expected):
    log = [call("1", started_at=time)]
    loaded = read(trace(config={"date": time}, raw_logging_results=log))
    [row] = loaded.rows("model_calls")
    assert (row["started_at"], loaded.evaluation["date"]) == (expected, expected)


@pytest.mark.parametrize(
    "time", [0, 60.5, -1744000000, 1e300, 10**400, "soon", "", "3"]
)
def test_a_time_in_no_unit_costs_the_time_alone(time):
    latencies = {name: {"total_time": 9, "first_call_timestamp": time} for name in "ab"}
    log = [call("1", started_at=time), call("2", started_at="2025-04-07T04:26:40Z")]
    written = json.dumps(
        trace(results={"latencies": latencies}, raw_logging_results=log)
    )
    loaded = read(written)
    found = loaded.rows("task_latencies")
    assert [(row["total_seconds"], row["first_call_at"]) for row in found] == [
        (9, None),
        (9, None),
    ] or time == 10**400
    if time == 10**400:
        return
    assert [row["started_at"] for row in loaded.rows("model_calls")] == [
        None,
        "2025-04-07T04:26:40Z",
    ]
    notes = [row for row in loaded.rows("warnings") if row["note_code"] == "not_a_time"]
    assert [row["pointer"] for row in notes] == [
        "/raw_logging_results/0/started_at",
        "/results/latencies/a/first_call_timestamp",
    ]
    assert notes[1]["detail"].endswith("(the first of 2)")
