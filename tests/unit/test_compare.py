"""`python -m analyses compare`: the verdict, its exit code, and what it prints."""

import json
from pathlib import Path

import duckdb
import pytest

from analyses.__main__ import main
from analyses.comparison import Verdict, judge
from common.names import likely

# On board/b: v1 solves 12 of 20 tasks, v2 the same but six, v3 one more than v1.
# v1 and v2 share 20 tasks, v1 and few only 4 of them.
PAIR = (
    "insert into paired_comparisons by name select 'full_credit' as success_rule, "
    "'s' as source, 'b' as benchmark, '{a}' as agent_a, '{b}' as agent_b, "
    "'capability' as population, 20 as shared_task_count, 20 as cluster_count, "
    "{difference} as mean_difference, 0.1 as se, {low} as ci_low, {high} as ci_high, "
    "{p} as p_value, 0.3 as minimum_detectable_difference, true as is_headline"
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Path:
    """The few views that a comparison reads, made up."""
    path = tmp_path_factory.mktemp("compare") / "evalhouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            """
            create table attempts as
            select
                's' as source, 'b' as benchmark, 's:' || agent as evaluation_id,
                agent, agent as agent_label, 'model ' || agent as model,
                'capability' as population, 'b/' || number as task_id,
                cast(null as double) as cost_usd,
                case when agent = 'v1' then 10e0 end as latency_seconds,
                case agent
                    when 'v1' then number <= 12
                    when 'v2' then number <= 6
                    when 'v3' then number <= 13
                    else number <= 3
                end as is_success
            from
                (select unnest(['v1', 'v2', 'v3', 'few']) as agent),
                (select unnest(range(1, 21)) as number)
            where agent <> 'few' or number <= 4;
            insert into attempts
            select
                's', 'other', 's:lone', 'lone', 'lone', 'a model', 'capability', 'o/1',
                null, null, true;
            create table attempt_successes as
            select *, 'full_credit' as success_rule from attempts;
            create table evaluations as
            select
                evaluation_id, source, benchmark, agent_label,
                case agent when 'v1' then 2e0 when 'v2' then 3e0 end as total_cost_usd,
                case agent when 'v2' then 15e0 end as mean_latency_seconds
            from attempts group by all;
            create table agent_intervals as
            select distinct
                source, benchmark, agent, success_rule, true as is_headline
            from attempt_successes;
            create table paired_comparisons (
                success_rule varchar, source varchar, benchmark varchar,
                agent_a varchar, agent_b varchar, population varchar,
                shared_task_count bigint, cluster_count bigint, mean_difference double,
                se double, ci_low double, ci_high double, p_value double,
                minimum_detectable_difference double, is_headline boolean
            );
            """
        )
        for a, b, difference, low, high, p in (
            ("v1", "v2", 0.3, 0.06, 0.5, 0.03125),
            ("v1", "v3", -0.05, -0.2, 0.1, 1.0),
            ("v2", "v3", -0.35, -0.55, -0.1, 0.015625),
        ):
            connection.execute(
                PAIR.format(a=a, b=b, difference=difference, low=low, high=high, p=p)
            )
    return path


@pytest.fixture
def compared(warehouse, capsys):
    """Run a comparison; return its exit code and what it printed."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["compare", *arguments, "--db", str(warehouse)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.parametrize(
    ("difference", "ci_low", "p", "margin", "is_strict", "verdict"),
    [
        (-0.021, -0.04, 0.05, 0.02, False, Verdict.WORSE),
        (-0.021, -0.04, 0.051, 0.02, False, Verdict.CANNOT_BE_SAID),
        (-0.02, -0.03, 0.001, 0.02, False, Verdict.NOT_WORSE),
        # Three tenths are 0.30000000000000004.
        (-(0.1 + 0.2), -0.5, 0.001, 0.3, False, Verdict.NOT_WORSE),
        (0.5, 0.3, 0.001, 0.02, True, Verdict.NOT_WORSE),
        (0.01, -0.03, 0.7, 0.02, True, Verdict.CANNOT_BE_SAID),
        (0.01, -0.03, 0.7, 0.02, False, Verdict.NOT_WORSE),
        (None, None, None, 0.02, False, Verdict.CANNOT_BE_SAID),
        (-0.5, None, None, 0.02, False, Verdict.CANNOT_BE_SAID),
    ],
)
def test_a_verdict(difference, ci_low, p, margin, is_strict, verdict):
    assert judge(difference, ci_low, p, margin, 0.05, is_strict) is verdict


def test_the_difference_is_new_minus_old_in_the_order_asked(compared):
    code, text, _ = compared("v1", "v2", "--json")
    (found,) = json.loads(text)["comparisons"]
    assert code == json.loads(text)["exit_code"] == 1
    assert found["verdict"] == "worse"
    assert (found["old_rate"], found["new_rate"]) == (0.6, 0.3)
    assert (found["difference"], found["ci_low"], found["ci_high"]) == (
        -0.3,
        -0.5,
        -0.06,
    )
    assert found["shared_task_count"] == 20
    code, text, _ = compared("v2", "v1", "--json")
    (found,) = json.loads(text)["comparisons"]
    assert code == 0
    assert (found["difference"], found["ci_low"], found["ci_high"]) == (0.3, 0.06, 0.5)


def test_cost_and_latency_are_per_attempt_and_unknown_where_a_part_is(compared):
    (found,) = json.loads(compared("v1", "v2", "--json")[1])["comparisons"]
    assert (found["old_cost_usd"], found["new_cost_usd"]) == (0.1, 0.15)
    assert (found["old_latency_seconds"], found["new_latency_seconds"]) == (10, 15)
    (found,) = json.loads(compared("v1", "v3", "--json")[1])["comparisons"]
    assert found["new_cost_usd"] is found["new_latency_seconds"] is None


def test_a_margin_decides(compared):
    assert compared("v1", "v2", "--margin", "0.3")[0] == 0
    assert compared("v1", "v2", "--margin", "0.29")[0] == 1
    assert compared("v1", "v2", "--alpha", "0.03")[0] == 2
    assert compared("v3", "v1", "--margin", "0.02")[0] == 2
    assert compared("v1", "v3")[0] == 0
    assert compared("v1", "v3", "--strict")[0] == 2


def test_what_cannot_be_said_says_how_many_tasks_would_do(compared):
    code, text, _ = compared("v3", "v1", "--json")
    (found,) = json.loads(text)["comparisons"]
    assert code == 2
    # 20 ((1.95996 + 0.84162) 0.1 / 0.02)^2 + 20 * 1.95996^2 / (2 * 20)
    assert found["tasks_needed"] == 3927
    assert "20 shared tasks are too few to say; about 3,927 tasks" in found["reason"]


def test_too_few_shared_tasks_say_how_many_there_are(compared):
    code, text, _ = compared("v1", "few", "--json", "--margin", "0.1")
    (found,) = json.loads(text)["comparisons"]
    assert code == 2
    assert found["difference"] is None
    assert found["shared_task_count"] == 4
    # v1 solves all four, few three: (2.80159 / 0.1)^2 * 3/4 * 1/4.
    assert found["tasks_needed"] == 148
    assert found["reason"].startswith("too few tasks that both tried: 4; about 148")


def test_an_unknown_agent_is_answered_with_the_nearest(compared):
    code, text, message = compared("v1", "v22", "--json")
    assert code == 2
    assert json.loads(text)["verdict"] == "cannot_be_said"
    assert message == (
        "v22: no such agent or model. Did you mean v2? "
        "Others like it: model v2, v1, v3, model v1\n"
    )
    assert json.loads(text)["reason"] in message
    code, text, message = compared("v1", "v2", "--benchmark", "c")
    assert (code, text) == (2, "")
    assert "c: no such benchmark. Did you mean" in message
    assert "There are: b, other" in message
    code, _, message = compared("v1", "v2", "--rule", "ful_credit")
    assert code == 2
    assert "Did you mean full_credit?" in message


def test_names_like_no_other_are_answered_with_the_largest_agents(compared):
    code, text, message = compared("nobody", "V-2", "--json")
    assert code == 2
    assert message.splitlines() == [
        "nobody: no such agent or model, and none is called anything like it",
        (
            "V-2: no such agent or model. Did you mean v2? "
            "Others like it: model v2, v1, v3, model v1"
        ),
        (
            "The agents with the most attempts: v1, v2, v3, few, lone "
            "(of 5; all are in evaluations.agent_label)"
        ),
    ]
    assert json.loads(text)["reason"] == message.rstrip("\n")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("o4mini", "o4-mini-2025-04-16 low"),
        ("Sonnet 4", "claude-sonnet-4-20250514"),
        ("GPT 4.1", "gpt-4.1-2025-04-14"),
        ("dragonfly", "dragonfly+gpt4oSingle@spring-eval"),
        ("gpt4osingle", "dragonfly+gpt4oSingle@spring-eval"),
        ("calude sonnet", "claude-sonnet-4-20250514"),
        ("***", None),
        ("nobody", None),
    ],
)
def test_a_name_is_like_those_with_its_words(name, nearest):
    known = [
        "claude-3-opus",
        "claude-sonnet-4-20250514",
        "dragonfly+gpt4oSingle@spring-eval",
        "gpt-4.1-2025-04-14",
        "o3-2025-04-16",
        "o4-mini-2025-04-16 low",
    ]
    assert next(iter(likely(name, known)), None) == nearest


def test_agents_that_share_nothing_cannot_be_compared(compared):
    code, _, message = compared("v1", "lone")
    assert code == 2
    assert "v1 and lone share no benchmark. v1 ran b; lone ran other" in message
    code, _, message = compared("v1", "lone", "--benchmark", "b")
    assert code == 2
    assert "lone: did not run this benchmark" in message
    assert compared("v1", "v1")[0] == 2


def test_a_model_names_its_agent_if_no_other_has_it(compared):
    assert compared("model v1", "model v2", "--benchmark", "s/b")[0] == 1


def test_a_table_for_a_person(compared):
    code, text, _ = compared("v1", "v2", "--benchmark", "b")
    assert code == 1
    for part in (
        "old: v1",
        "new: v2",
        "| s/b       | 60.0 % | 30.0 % | -30.0 [-50.0, -6.0] |",
        "$0.1000 -> $0.1500 (+50 %)",
        "10.0 s -> 15.0 s (+50 %)",
        "success rule full_credit, margin 0.02, alpha 0.05",
    ):
        assert part in text
    assert text.endswith("verdict: worse\n")


def test_markdown_for_a_pull_request(compared):
    code, text, _ = compared("v1", "v3", "--markdown")
    assert code == 0
    assert text.startswith("### ✅ `v3` against `v1`: not worse\n\n| benchmark |")
    assert "- `s/b`: not worse by more than 0.02; a loss below 0.3" in text


def test_wrong_usage_is_exit_code_2(warehouse, capsys):
    for arguments in (
        ["v1"],
        ["v1", "v2", "--margin", "2"],
        ["v1", "v2", "--json", "--markdown"],
    ):
        with pytest.raises(SystemExit) as ended:
            main(["compare", *arguments])
        assert ended.value.code == 2
    assert main(["compare", "v1", "v2", "--db", str(warehouse) + "x"]) == 2
    assert "no such warehouse" in capsys.readouterr().err


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["compare", "--help"])
    assert ended.value.code == 0
    assert "example: python -m analyses compare" in " ".join(
        capsys.readouterr().out.split()
    )
