"""What the report shows, in its order: sections of blocks, and the headline cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RULES = (
    "success rule as chosen: any credit is score > 0, half credit score ≥ 0.5, "
    "full credit score ≥ 1, reported the source's own verdict"
)
POPULATIONS = (
    "population as chosen: all is capability and safety attempts together, as most "
    "published figures are"
)
LOG_OR_LINEAR = {
    "log": {"x_scale": {"type": "log", "nice": True}, "x_floor": 0},
    "linear": {"x_scale": {"zero": False, "nice": True}, "x_floor": -1},
}


FIRST = "first"


@dataclass(frozen=True)
class Control:
    """A choice among the values of a column.

    Without `default` the first choice is all of them; with one, the first of
    `default` that the rows hold. FIRST is the value of the first row.
    """

    column: str
    default: tuple[str, ...] = ()
    can_be_all: bool = True


@dataclass(frozen=True)
class Switch:
    """A choice of how a chart is drawn: what `$name` in its specification becomes."""

    name: str
    label: str
    options: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Block:
    """A query with what is shown of it.

    `choices` tells population, success rule, unit and n in words. `lines` are
    queries of their own, drawn in the same chart.
    """

    name: str
    title: str
    views: tuple[str, ...]
    choices: str
    missing: str
    chart: str = ""
    has_table: bool = True
    controls: tuple[Control, ...] = ()
    switches: tuple[Switch, ...] = ()
    lines: tuple[str, ...] = ()
    sort: str = ""


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Card:
    """A number of a block: the `column` of its first row that `where` describes.

    `label` and `context` may name the row's columns in braces.
    """

    block: str
    where: Mapping[str, str]
    column: str
    label: str
    context: str


NO_ACTIONS = (
    "Not loaded: no attempt has a count of actions. Load METR's action counts, or "
    "HAL traces with step counts."
)
NO_EVALUATIONS = (
    "Not loaded: no evaluations to rank. Load HAL traces, or another source with "
    "several benchmarks."
)
NO_SCORES = "Not loaded: no scored attempts."
METR_FIRST = Control("source", ("metr",), can_be_all=False)
HAL_FIRST = Control("source", ("hal",), can_be_all=False)
ANY_CREDIT_FIRST = Control("success_rule", ("any_credit",), can_be_all=False)
COST_FIRST = Control("x_metric", ("cost",), can_be_all=False)
# The fit of METR's paper, on its own verdicts where a source has them.
HORIZON_CHOICE = (
    Control("source", ("metr_horizon", "metr"), can_be_all=False),
    Control("success_rule", ("reported", "any_credit"), can_be_all=False),
    Control("weighting", ("inverse_sqrt_family",), can_be_all=False),
    Control("regularisation", ("0.1",), can_be_all=False),
)

SECTIONS = (
    Section(
        "headlines",
        "Headlines",
        "What is loaded, and whether the headlines survive other choices.",
        (
            Block(
                "totals",
                "What is loaded",
                ("source_totals",),
                "every evaluation and every attempt, scored or not, excluded ones and "
                "human ones too · no success rule · unit: counts; tasks are counted "
                "within their benchmark",
                "Not loaded: no evaluations.",
            ),
            Block(
                "sensitivity",
                "Each headline under every choice",
                ("headline_sensitivity",),
                "a row is one headline under one choice of success rule, population "
                "or coverage · unit: the headline's own · low to high: 95 % interval, "
                "where the view has one",
                "Not loaded: no headline can be computed.",
                chart=(
                    "Values of each headline with 95 % intervals, coloured by whether "
                    "the sign differs from the published choice"
                ),
                controls=(METR_FIRST, Control("headline")),
            ),
        ),
    ),
    Section(
        "actions",
        "Do more actions mean failure?",
        "Pooled over tasks, attempts with more actions fail more often. But hard tasks "
        "take more actions and fail more often, so the question is what is left inside "
        "one task.",
        (
            Block(
                "attempts",
                "Every attempt",
                ("attempts",),
                "scored attempts with a count of actions, no human ones · no success "
                "rule: outcome is fail at score 0, full at score 1, else partial · "
                "unit: actions · at most 12,000 of a source, and the dashboard's "
                "2,000, drawn by the hash of their ids",
                NO_ACTIONS,
                chart=(
                    "Scatter of attempts: actions against score or human time, "
                    "coloured by outcome"
                ),
                has_table=False,
                controls=(
                    METR_FIRST,
                    Control("population"),
                    Control("outcome"),
                    Control("model"),
                    Control("part"),
                ),
                switches=(
                    Switch(
                        "y",
                        "vertical axis",
                        {
                            "score": {
                                "y_field": "score",
                                "y_title": "score",
                                "y_scale": "linear",
                                "y_floor": -1,
                            },
                            "human time": {
                                "y_field": "human_minutes",
                                "y_title": "human minutes (log scale)",
                                "y_scale": "log",
                                "y_floor": 0,
                            },
                        },
                    ),
                    Switch(
                        "x",
                        "horizontal axis",
                        {
                            "log": {"x_scale": "symlog"},
                            "linear": {"x_scale": "linear"},
                        },
                    ),
                ),
            ),
            Block(
                "correlations",
                "The naive answer beside the one within a task: correlations",
                ("rank_correlations",),
                f"{POPULATIONS} · no success rule: the score itself · unit: Spearman's "
                "rank correlation, −1 to 1 · n: attempt_count",
                NO_ACTIONS,
                chart=(
                    "Rank correlations of actions, human time and score: pooled, with "
                    "human time fixed, inside tasks"
                ),
                controls=(METR_FIRST, Control("population", ("all",))),
            ),
            Block(
                "deltas",
                "The answer within a task: actions of successes minus failures",
                ("action_delta_summary",),
                f"{POPULATIONS} · {RULES} · unit: actions, success − failure, so that "
                "negative means successes took fewer · n: pair_count, tasks (or pairs "
                "of task and model) with enough of both · 95 % bootstrap interval",
                NO_ACTIONS,
                chart=(
                    "Median difference in actions with its 95 % interval, by success "
                    "rule, population and what is held fixed"
                ),
                controls=(
                    METR_FIRST,
                    Control("population"),
                    Control("inside"),
                    Control("success_rule"),
                ),
            ),
            Block(
                "task_deltas",
                "Task by task",
                ("task_action_deltas",),
                f"{POPULATIONS} · {RULES} · unit: actions, median of successes − "
                "median of failures · n: tasks with at least 3 of each",
                NO_ACTIONS,
                chart="Difference in actions of each task against its human time",
                controls=(
                    METR_FIRST,
                    Control("population", ("all",), can_be_all=False),
                    ANY_CREDIT_FIRST,
                ),
            ),
            Block(
                "action_bins",
                "Success by number of actions, per model",
                ("success_by_action_bin",),
                "population capability · success rule any credit · unit: share of "
                "attempts · n: attempt_count, bins of at least 10 attempts",
                NO_ACTIONS,
                chart="Success rate against median actions of each bin, a line a model",
                controls=(METR_FIRST, Control("model")),
            ),
            Block(
                "budgets",
                "Success within a budget of actions",
                ("success_within_budget",),
                f"population capability · {RULES} · unit: share of attempts, one that "
                "took more actions than the budget counts as failed · n: attempt_count",
                NO_ACTIONS,
                chart="Success rate against the budget of actions, a line a model",
                controls=(
                    METR_FIRST,
                    ANY_CREDIT_FIRST,
                    Control("model"),
                ),
            ),
            Block(
                "models",
                "Models",
                ("model_summary",),
                f"{POPULATIONS} · success rule any credit · unit: actions, shares · "
                "n: attempt_count",
                NO_ACTIONS,
                controls=(
                    METR_FIRST,
                    Control("population", ("all",)),
                    Control("is_major", ("yes",)),
                ),
            ),
            Block(
                "shared_models",
                "Models on tasks that they share",
                ("shared_task_model_summary",),
                "population capability · success rule any credit · unit: actions, "
                "shares · n: attempt_count over the shared tasks",
                NO_ACTIONS,
                controls=(METR_FIRST,),
            ),
            Block(
                "families",
                "Task families",
                ("task_family_summary",),
                "population capability · success rule any credit · unit: actions, "
                "shares, minutes · n: attempt_count",
                NO_ACTIONS,
                controls=(METR_FIRST,),
            ),
            Block(
                "grinding",
                "Agents that grind on when they fail",
                ("agent_failure_profiles",),
                "failed capability attempts of agents with at least 10 · success rule "
                "any credit · unit: actions; grind ratio is the 95th percentile over "
                "the median · n: failure_count",
                NO_ACTIONS,
                controls=(METR_FIRST,),
            ),
            Block(
                "action_limits",
                "Do attempts pile up at a round number?",
                ("action_limit_checks",),
                "capability and safety attempts · success rule any credit · unit: "
                "attempts at exactly that number; spike ratio is over the mean of its "
                "neighbours",
                NO_ACTIONS,
                controls=(METR_FIRST,),
            ),
        ),
    ),
    Section(
        "runs",
        "The runs at a glance",
        "What METR's dashboard showed, with its own rule: success is at least half "
        "credit, and what it called tasks are task families.",
        (
            Block(
                "dashboard",
                "Totals",
                ("dashboard_totals",),
                "scored attempts with a count of actions, no human ones · no success "
                "rule · unit: counts · total_tasks is the published count, of families",
                NO_ACTIONS,
            ),
            Block(
                "score_histogram",
                "Scores",
                ("score_histogram",),
                "scored attempts with a count of actions, no human ones · no success "
                "rule · unit: attempts; the last bin holds the full scores",
                NO_ACTIONS,
                chart="Histogram of scores in tenths",
            ),
            Block(
                "action_histogram",
                "Actions",
                ("action_count_histogram",),
                "scored attempts with a count of actions, no human ones · no success "
                "rule · unit: attempts; the lower edge belongs to the bin",
                NO_ACTIONS,
                chart="Histogram of actions; bins widen as on the dashboard",
            ),
            Block(
                "top_agents",
                "Top agents",
                ("agent_leaderboard",),
                "capability and safety attempts · success rule half credit · unit: mean "
                "score · n: runs, agents with at least 50",
                NO_ACTIONS,
                chart="Mean score of each agent with at least 50 runs",
                has_table=False,
            ),
            Block(
                "agents",
                "All agents",
                ("agent_leaderboard",),
                "capability and safety attempts · success rule half credit · unit: "
                "shares, actions · n: attempt_count",
                NO_ACTIONS,
                controls=(METR_FIRST,),
            ),
        ),
    ),
    Section(
        "leaderboard",
        "Leaderboards",
        "Which model wins, by what basis and on which benchmarks, and how sure that is. "
        "Rates and success rates here come with the interval that the views have.",
        (
            Block(
                "win_rates",
                "Win rates by basis and coverage",
                ("model_win_rates",),
                "evaluations that are not excluded · no success rule: headline "
                "accuracy · unit: wins of comparisons, 0 to 1; a tie is no win · n: "
                "comparisons · coverage all: whatever the model ran, as published; "
                "shared: benchmarks that every model ran",
                NO_EVALUATIONS,
                chart="Overall win rate of each model",
                controls=(
                    HAL_FIRST,
                    Control("basis", ("max_accuracy",), can_be_all=False),
                    Control("coverage", ("all",), can_be_all=False),
                ),
            ),
            Block(
                "published_frontier",
                "With the published mistake, and corrected: win rates by distance to the frontier",
                ("win_rate_corrections",),
                "evaluations that are not excluded · no success rule: headline "
                "accuracy · unit: wins of comparisons, 0 to 1 · published: each "
                "model's distance on the first benchmark serves for all of them, as "
                "in the study, over the records as loaded here",
                NO_EVALUATIONS,
                chart="Win rate of each model as published and corrected",
                controls=(HAL_FIRST,),
            ),
            Block(
                "ratings",
                "Bradley-Terry ratings",
                ("model_ratings",),
                f"capability attempts · {RULES} · unit: log strength around the mean "
                "of its component · n: comparison_count · 95 % interval",
                "Not loaded: no two models meet on a task.",
                chart="Strength of each model with its 95 % interval",
                controls=(
                    HAL_FIRST,
                    Control("basis", ("max_accuracy",), can_be_all=False),
                    Control("success_rule", ("any_credit", "*"), can_be_all=False),
                ),
            ),
            Block(
                "intervals",
                "Agents: success rates with intervals",
                ("agent_intervals",),
                f"population as named in the row · {RULES} · unit: mean of task means "
                "· n: attempt_count at task_count tasks · 95 % interval clustered by "
                "task or family; Wilson's takes attempts as independent",
                NO_SCORES,
                controls=(
                    METR_FIRST,
                    Control("benchmark"),
                    ANY_CREDIT_FIRST,
                ),
            ),
            Block(
                "resource_use",
                "What a model costs",
                ("model_resource_use",),
                "evaluations that are not excluded · no success rule · unit: dollars "
                "and seconds, mean per benchmark first · n: benchmark_count",
                NO_EVALUATIONS,
                controls=(HAL_FIRST,),
            ),
        ),
    ),
    Section(
        "frontiers",
        "Frontiers",
        "Which models are worth their price or their time, benchmark by benchmark. "
        "Efficient: no other point is as good in both and better in one.",
        (
            Block(
                "frontier",
                "Accuracy against cost or latency",
                ("pareto_frontier",),
                "best evaluation of each model, excluded ones left out · no success "
                "rule: headline accuracy · unit: dollars an evaluation, or seconds a "
                "task · n: models · grey line: the hull; ringed: efficient",
                NO_EVALUATIONS,
                chart=(
                    "Accuracy against cost or latency of each model, a panel a "
                    "benchmark, with the hull and the efficient points ringed"
                ),
                controls=(
                    HAL_FIRST,
                    COST_FIRST,
                    Control("benchmark"),
                ),
                switches=(Switch("x", "axis", LOG_OR_LINEAR),),
                lines=("frontier_hull",),
            ),
            Block(
                "win_rate_frontier",
                "Win rate against cost or latency",
                ("win_rate_frontier",),
                "evaluations that are not excluded · no success rule: headline "
                "accuracy · unit: win rate, and mean dollars or seconds over the "
                "benchmarks · n: models",
                NO_EVALUATIONS,
                chart="Win rate against cost or latency of each model",
                controls=(
                    HAL_FIRST,
                    Control("basis", ("max_accuracy",), can_be_all=False),
                    COST_FIRST,
                ),
                switches=(Switch("x", "axis", LOG_OR_LINEAR),),
            ),
        ),
    ),
    Section(
        "matrix",
        "Who solves what",
        "Every model on every benchmark, and on every task.",
        (
            Block(
                "benchmark_matrix",
                "Models by benchmarks",
                ("best_evaluations",),
                "best evaluation of each model, excluded ones left out · no success "
                "rule: headline accuracy · unit: accuracy 0 to 1, dollars, seconds a "
                "task",
                NO_EVALUATIONS,
                chart="Matrix of models and benchmarks, coloured by accuracy",
                controls=(HAL_FIRST,),
            ),
            Block(
                "task_matrix",
                "Models by tasks",
                ("task_model_outcomes",),
                f"population capability · {RULES} · unit: share of attempts that "
                "succeeded · n: attempt_count · the 300 tasks of a benchmark with the "
                "most attempts",
                NO_SCORES,
                chart="Matrix of tasks and models, coloured by success rate",
                has_table=False,
                controls=(
                    Control("data", ("metr: metr",), can_be_all=False),
                    ANY_CREDIT_FIRST,
                ),
            ),
        ),
    ),
    Section(
        "reliability",
        "Reliability",
        "What repeated attempts at one task buy, how often an agent's outcome flips, "
        "and which agents cannot be told apart.",
        (
            Block(
                "repeatability",
                "Repeated attempts",
                ("repeatability",),
                f"population as named in the row · {RULES} · unit: mean over the tasks "
                "tried at least k times, which differ from k to k · pass@k: at least "
                "one of k succeeds; pass^k: all do · agents that tried some task twice",
                "Not loaded: no task was tried more than once by one agent.",
                chart="pass@k and pass^k against k",
                controls=(
                    METR_FIRST,
                    ANY_CREDIT_FIRST,
                    Control("agent", (FIRST,)),
                ),
            ),
            Block(
                "consistency",
                "Consistency",
                ("outcome_consistency",),
                f"population as named in the row · {RULES} · unit: 0 (a coin) to 1 "
                "(always the same); flip share is tasks with both outcomes · n: "
                "attempt_count at task_count tasks tried twice or more",
                "Not loaded: no task was tried more than once by one agent.",
                controls=(
                    METR_FIRST,
                    Control("benchmark"),
                    ANY_CREDIT_FIRST,
                ),
            ),
            Block(
                "separability",
                "Which agents cannot be told from the best",
                ("separability",),
                f"population as named in the row · {RULES} · unit: difference of "
                "success rates on shared tasks · n: task_count · separable: the "
                "paired 95 % interval excludes 0",
                NO_SCORES,
                controls=(
                    METR_FIRST,
                    Control("benchmark"),
                    ANY_CREDIT_FIRST,
                ),
            ),
        ),
    ),
    Section(
        "horizons",
        "Time horizons",
        "How long are the tasks, in human time, that a model finishes half of the time?",
        (
            Block(
                "horizons",
                "Horizons",
                ("time_horizons",),
                f"capability and human attempts with a human time · {RULES} · unit: "
                "human minutes · n: attempt_count at task_count tasks · 95 % interval "
                "from resampled families, tasks, attempts · drawn at the edge: below a "
                "second, above 1,000 hours",
                "Not loaded: no attempts at tasks with a human time.",
                chart="Time at which a model succeeds half of the time, with interval",
                controls=HORIZON_CHOICE,
            ),
            Block(
                "horizon_curves",
                "Fitted curves",
                ("time_horizon_curves",),
                f"capability and human attempts with a human time · {RULES} · unit: "
                "fitted chance of success against human minutes",
                "Not loaded: no attempts at tasks with a human time.",
                chart="Fitted success rate against human time, a line a model",
                has_table=False,
                controls=(
                    *HORIZON_CHOICE,
                    Control("model"),
                ),
            ),
        ),
    ),
    Section(
        "quality",
        "Data quality",
        "What was loaded, what was refused and why, and what is odd in the data.",
        (
            Block(
                "loads",
                "Loaded and refused",
                ("load_report",),
                "every file loaded · unit: records; loaded and quarantined add up to "
                "all of them",
                "Not loaded: no file.",
            ),
            Block(
                "finding_counts",
                "Findings by kind",
                ("data_findings",),
                "every finding of every check · unit: findings",
                "Nothing odd was found.",
            ),
            Block(
                "files",
                "Files",
                ("load_report",),
                "every file loaded · unit: records; loaded and quarantined add up to "
                "all of them",
                "Not loaded: no file.",
                controls=(Control("source"), Control("status")),
            ),
            Block(
                "refused",
                "Records refused, and why",
                ("quarantine",),
                "every record kept back · position: the record's place in its file",
                "Nothing was refused: every record of every file is loaded.",
                controls=(Control("reason_code"),),
            ),
            Block(
                "findings",
                "What is odd in the data",
                ("data_findings",),
                "every finding of every check",
                "Nothing odd was found.",
                controls=(
                    Control("severity"),
                    Control("finding_code"),
                    Control("source"),
                ),
            ),
            Block(
                "missing",
                "Runs missing, and runs nobody expected",
                ("coverage",),
                "cells of benchmark, scaffold and model where expectation and data "
                "differ, of sources of which runs are expected; expected: the "
                "study's own list",
                "Every expected run is loaded and no other, or none was expected.",
                controls=(
                    Control("source"),
                    Control("is_loaded"),
                    Control("benchmark"),
                ),
            ),
            Block(
                "costs",
                "Reported and repriced cost",
                ("cost_reconciliation",),
                "every evaluation with tokens or a cost that is not excluded · unit: "
                "dollars; ratio: reported over repriced at the prices of its day",
                "Not loaded: no evaluation has a cost or tokens.",
                controls=(Control("source"), Control("benchmark")),
            ),
        ),
    ),
)

POOLED = {"pair": "actions and score", "population": "all"}
CARDS = (
    Card(
        "totals",
        {"source": "metr"},
        "attempt_count",
        "METR attempts",
        "{task_count} tasks in {task_family_count} families · {agent_count} agents · "
        "{safety_count} attempts told to sabotage, refuse or tutor",
    ),
    Card(
        "correlations",
        {"source": "metr", "holding_fixed": "nothing: pooled"} | POOLED,
        "spearman_rho",
        "the naive answer: correlation of actions and score, pooled",
        "Spearman's rho · n = {attempt_count} · population {population}",
    ),
    Card(
        "correlations",
        {"source": "metr", "holding_fixed": "the task: inside each"} | POOLED,
        "spearman_rho",
        "the same inside each task",
        "Spearman's rho · n = {attempt_count} · population {population}",
    ),
    Card(
        "deltas",
        {
            "source": "metr",
            "population": "all",
            "inside": "one task",
            "success_rule": "any_credit",
        },
        "median_delta",
        "actions, success − failure, in the median task: the study's choice",
        "95 % interval {ci} · n = {pair_count} tasks · population {population} · "
        "{success_rule}",
    ),
    Card(
        "deltas",
        {
            "source": "metr",
            "population": "capability",
            "inside": "one task",
            "success_rule": "any_credit",
        },
        "median_delta",
        "the same without runs told to sabotage, refuse or tutor",
        "95 % interval {ci} · n = {pair_count} tasks · population {population} · "
        "{success_rule}",
    ),
    Card(
        "win_rates",
        {
            "source": "hal",
            "basis": "max_accuracy",
            "coverage": "all",
        },
        "overall_win_rate",
        "win rate of {model}, first by best accuracy over all benchmarks",
        "n = {comparisons} comparisons on {benchmark_count} benchmarks · source hal",
    ),
    Card(
        "win_rates",
        {
            "source": "hal",
            "basis": "max_accuracy",
            "coverage": "shared",
        },
        "overall_win_rate",
        "win rate of {model}, first on the benchmarks that all models ran",
        "n = {comparisons} comparisons on {benchmark_count} benchmarks · source hal",
    ),
    Card(
        "published_frontier",
        {"source": "hal"},
        "corrected_win_rate",
        "win rate of {model}, first by distance to the cost frontier; "
        "{published_win_rate} by the study's mistake",
        "n = {comparisons} comparisons · source hal",
    ),
    Card(
        "horizons",
        {
            "source": "metr_horizon",
            "success_rule": "reported",
            "weighting": "inverse_sqrt_family",
            "regularisation": "0.1",
        },
        "p50_minutes",
        "of human time: tasks that {model} finishes half of the time",
        "95 % interval {p50} · n = {attempt_count} attempts at {task_count} tasks",
    ),
    Card(
        "loads",
        {"source": "all sources"},
        "quarantined_count",
        "records refused",
        "of {record_count} in {file_count} files; each with its line and reason",
    ),
)
