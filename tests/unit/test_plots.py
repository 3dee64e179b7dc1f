"""Figures and the dashboard's data file, drawn from the sample's views."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import many_models
import pandas as pd
import psutil
import pytest
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from plots import ACTION_FIGURES, FIGURES, FILE_STEMS, LEADERBOARD_FIGURES, leaderboard
from plots.__main__ import main
from plots.export import dashboard_data, export
from plots.figure import NO_ANSWER, Answer, say
from plots.heatmaps import readable_on
from plots.leaderboard import hull_line, model_style
from plots.placement import place_labels
from plots.render import HOUSE_STYLE, draw_figure, lay_out, load_figure
from plots.text import (
    POPULATIONS,
    RULES,
    amount,
    clean,
    counted,
    duration,
    shorten,
    shorten_apart,
    signed,
    two_lines,
    wrap,
)
from plots.warehouse import action_source, fetch, hold, leaderboard_source

REPOSITORY = Path(__file__).resolve().parents[2]
HOSTILE_NAMES = [
    "$x_1^{$",
    "_private",
    "bell\x07 and\nline\u2028break",
    "x" * 300,
    "\u200fright to left\u202e",
    "</script><!-- -- -->",
    "",
]
WRITER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""
NAME_COLUMNS = {"agent", "benchmark", "model", "task_family"}


def source_of(name: str) -> str:
    """The source that figure `name` is made for."""
    return "hal" if name in LEADERBOARD_FIGURES else "metr"


def frames_of(
    name: str, views: duckdb.DuckDBPyConnection, source: str = ""
) -> dict[str, pd.DataFrame]:
    """The rows that figure `name` draws."""
    return fetch(views, load_figure(name).QUERIES, source or source_of(name))


def held(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that has read each view once, as the command does."""
    queries = [
        query for name in FIGURES for query in load_figure(name).QUERIES.values()
    ]
    with duckdb.connect(warehouse, read_only=True) as connection:
        hold(connection, queries)
        yield connection


@pytest.fixture(scope="module")
def sample_views(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    yield from held(sample_warehouse)


@pytest.fixture(scope="module")
def real_views(real_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    yield from held(real_warehouse)


def axis_texts(axes: Axes) -> list[Text]:
    """The visible tick labels, inside the limits only, and the axis labels."""
    texts = []
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        texts.append(axis.label)
        texts += [
            tick.label1
            for tick in axis.get_major_ticks()
            if low <= tick.get_loc() <= high
        ]
    return texts


def drawn_texts(figure: Figure) -> list[Text]:
    """Every text that shows in the figure."""
    figure.draw_without_rendering()
    texts = list(figure.texts)
    for legend in figure.legends:
        texts += legend.get_texts()
    for axes in figure.axes:
        texts += [child for child in axes.get_children() if isinstance(child, Text)]
        texts += axis_texts(axes)
        if axes.get_legend():
            texts += axes.get_legend().get_texts()
    return [text for text in texts if text.get_visible() and text.get_text()]


def assert_texts_are_readable(figure: Figure, texts: list[Text] | None = None) -> None:
    """No text overlaps another or leaves the figure; `texts` are those that are drawn."""
    texts = texts or drawn_texts(figure)
    # An annotation's own extent would include the line to its point.
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in texts]
    width, height = figure.bbox.size
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    overlaps = [
        (text, other)
        for (text, box), (other, other_box) in combinations(boxes, 2)
        if box.overlaps(other_box)
    ]
    assert overlaps == []


@pytest.fixture(scope="module")
def shuffled_views(sample_warehouse: Path) -> duckdb.DuckDBPyConnection:
    """The sample's views as tables whose rows are in another order."""
    connection = duckdb.connect()
    connection.execute(f"attach '{sample_warehouse}' as sample (read_only)")
    views = connection.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = 'sample' and table_schema = 'main'"
    ).fetchall()
    for (view,) in views:
        connection.execute(
            f"create table {view} as from sample.main.{view} as t "
            "order by md5(t::varchar), t::varchar"
        )
    connection.execute("create schema seeds")
    connection.execute(
        "create table seeds.model_releases as from sample.seeds.model_releases as t "
        "order by md5(t::varchar)"
    )
    return connection


@pytest.fixture(autouse=True)
def house_style():
    """Every figure here is drawn as the program draws it."""
    with style.context(HOUSE_STYLE):
        yield


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_says_what_it_shows_and_is_readable(name, sample_views):
    figure = draw_figure(name, frames_of(name, sample_views), source_of(name))
    title, subtitle = (text.get_text() for text in figure.texts[:2])
    assert title == FIGURES[name]
    assert subtitle.startswith(f"source {source_of(name)} · ")
    assert "n = " in subtitle
    for axes in figure.axes:
        assert figure.get_supxlabel() or axes.get_xlabel()
        # Rows with a name of their own need no label for all of them.
        assert figure.get_supylabel() or axes.get_ylabel() or axes.get_yticklabels()
    assert_texts_are_readable(figure)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_the_real_runs_is_readable(name, real_views):
    frames = frames_of(name, real_views)
    assert_texts_are_readable(draw_figure(name, frames, source_of(name)))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (name, source)
        for name in FIGURES
        for source in ("hal", "metr", "metr_horizon")
        if source != source_of(name)
    ],
)
def test_every_figure_draws_every_other_source(name, source, sample_views):
    """One benchmark only, no human times, agents of several models, no cost."""
    frames = frames_of(name, sample_views, source)
    assert_texts_are_readable(draw_figure(name, frames, source))


@pytest.mark.parametrize("name", FIGURES)
def test_hostile_names_draw(name, sample_views, tmp_path):
    frames = frames_of(name, sample_views)
    renamed = {}
    for frame in frames.values():
        for column in NAME_COLUMNS & set(frame):
            for original in frame[column].unique():
                hostile = HOSTILE_NAMES[len(renamed) % len(HOSTILE_NAMES)]
                renamed.setdefault(original, f"{hostile}{len(renamed)}")
            frame[column] = frame[column].map(renamed)
    figure = draw_figure(name, frames, "metr")
    assert_texts_are_readable(figure)
    # The axes have their places.
    figure.set_layout_engine("none")
    figure.savefig(tmp_path / "figure.svg")
    ElementTree.parse(tmp_path / "figure.svg")


@pytest.mark.parametrize("name", FIGURES)
def test_a_source_with_nothing_to_show_gets_a_note(name, sample_views):
    figure = draw_figure(name, frames_of(name, sample_views, "nowhere"), "nowhere")
    what = "evaluations" if name in LEADERBOARD_FIGURES else "attempts"
    if name == "horizon_trend":
        what = "horizons of models with a known release date"
    if name == "actions_by_outcome_per_model":
        known = "comparison_models in dbt_project.yml"
        what = f"tasks that enough of the {known} tried"
    if name == "task_families":
        what = "attempts with a task family"
    if name.endswith("_deltas"):
        tasks = "tasks of a model" if "model" in name else "tasks"
        what = f"{tasks} with enough successes and failures whose actions are known"
    if "win_rate" in name:
        known = " with a known cost" if "frontier" in name else ""
        what = f"comparisons of models{known}"
    number = int(FILE_STEMS[name][:2])
    if number in range(12, 20):
        kind = "the generalist scaffold"
        if name.startswith("task_specific"):
            kind = "scaffolds made for the benchmark"
        what = f"evaluations with {kind} (seeds/scaffolds.csv says which)"
    if number in range(22, 28):
        metric = "latency" if name.endswith("latency") else "cost"
        what = f"evaluations with a known {metric}"
    (said,) = [text.get_text() for text in figure.axes[0].texts]
    assert said == f"no {what} to show"


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("score_distribution", "partial_scores"),
        ("confound_check", "correlations"),
        ("within_task_deltas", "deltas"),
        ("within_task_model_deltas", "models"),
        ("paired_differences", "cells"),
    ],
)
def test_a_panel_without_rows_leaves_the_others(name, query, sample_views):
    frames = frames_of(name, sample_views)
    frames[query] = frames[query].iloc[:0]
    assert_texts_are_readable(draw_figure(name, frames, "metr"))


def test_tasks_without_human_times_get_a_note(sample_views):
    frames = frames_of("confound_check", sample_views)
    frames["tasks"]["human_minutes"] = None
    figure = draw_figure("confound_check", frames, "metr")
    assert figure.axes[0].texts[0].get_text() == "no human times recorded"


def test_attempts_without_actions_are_drawn(sample_views):
    """Zero is a count like any other, though it has no logarithm."""
    frames = frames_of("action_limits", sample_views)
    frames["frequencies"].loc[0, "action_count"] = 0
    figure = draw_figure("action_limits", frames, "metr")
    assert_texts_are_readable(figure)
    assert figure.axes[0].get_xlim()[0] < 0


def test_a_model_in_an_agents_name_is_not_said_twice(sample_views):
    frames = frames_of("grinding_agents", sample_views)
    first, second = frames["agents"].head(2).itertuples()
    frames["agents"].loc[0, "agent"] = f"desk ({first.model})"
    axes = draw_figure("grinding_agents", frames, "metr").axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[0].startswith(f"desk ({first.model}) · n = ")
    assert labels[1].startswith(f"{second.model} · ")


def test_the_median_on_the_figure_is_the_views(sample_views):
    figure = draw_figure(
        "within_task_deltas", frames_of("within_task_deltas", sample_views), "metr"
    )
    (median,) = sample_views.execute(
        "select median_delta from action_delta_summary where source = 'metr' "
        "and grain = 'task' and success_rule = 'any_credit' and population = 'all'"
    ).fetchone()
    assert f"median {signed(median, 2)}" in figure.axes[0].get_title(loc="left")


@pytest.mark.parametrize("name", ["within_task_deltas", "within_task_model_deltas"])
@pytest.mark.parametrize("source", ["metr", "table"])
def test_deltas_are_by_the_rule_of_their_source(name, source, sample_views):
    """METR's is any credit, that of a table without verdicts half credit."""
    grain = "task_model" if "model" in name else "task"
    rule, population, median = sample_views.execute(
        "select success_rule, population, median_delta from action_delta_summary "
        "where source = $1 and grain = $2 and is_headline",
        [source, grain],
    ).fetchone()
    assert rule == {"metr": "any_credit", "table": "half_credit"}[source]
    frames = frames_of(name, sample_views, source)
    figure = draw_figure(name, frames, source)
    assert f"median {signed(median, 2)}" in figure.axes[0].get_title(loc="left")
    assert RULES[rule] in load_figure(name).subtitle(frames)
    assert POPULATIONS[population] in load_figure(name).subtitle(frames)
    rows = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    own = f"{rule.replace('_', ' ')}, {population}, as left"
    assert [row.split("\n")[0] for row in rows if "as left" in row] == [own]
    said = say(load_figure(name).ANSWER, sample_views, source)
    assert f"successes minus failures, is {median:+.2f} over" in said
    assert f"{rule.replace('_', ' ')}, {population} attempts" in said


def test_repeated_evaluations_count_as_their_source_says():
    """The mean of a source's evaluations where that is its headline, else the best."""
    views = duckdb.connect()
    views.execute("""
        create table best_evaluations as select * from (values
            ('s', 'best', false), ('s', 'mean', true), ('t', 'best', true)
        ) as rows (source, repeats, is_headline);
        create table pareto_frontier as select
            source, repeats, 'cost' as x_metric, 'b' as benchmark, 'm' as model,
            true as is_comparable, true as is_pareto_efficient, true as is_on_hull
        from best_evaluations
        where source = 's' or is_headline
    """)
    answer = load_figure("accuracy_against_cost").ANSWER
    assert "1 of n = 1 means of evaluations on" in say(answer, views, "s")
    assert "1 of n = 1 best evaluations on" in say(answer, views, "t")


def test_shared_tasks_are_those_of_the_summary(sample_views):
    frames = frames_of("actions_by_outcome_per_model", sample_views)
    drawn = frames["steps"].groupby("model")["attempt_count"].sum()
    summary = frames["models"].set_index("model")["attempt_count"]
    assert drawn.to_dict() == summary.to_dict()


def test_names_become_drawable_lines():
    assert clean("bell\x07 and\nline\u2028break") == "bell and line break"
    assert clean("\u200fright to left\u202e") == "right to left"
    assert clean("_$x_1^{$") == "_$x_1^{$"
    assert shorten("x" * 32) == "x" * 32
    assert shorten("head" + "x" * 300 + "tail", 11) == "headx…xtail"
    assert wrap("colbench_backend_programming", 17) == "colbench_backend_\nprogramming"
    assert wrap("x" * 9, 4) == "xxxx\nxxxx\nx"
    assert wrap("", 4) == ""
    assert [amount(n) for n in (1857.9, 12.51, 1, 0.125, 0, 0.0012)] == [
        *("1,858", "12.5", "1.00", "0.12", "0.00", "0.001")
    ]
    assert [counted(n, "model") for n in (0, 1, 2)] == [
        "0 models",
        "1 model",
        "2 models",
    ]
    assert two_lines("short", 5) == "short"
    assert two_lines("one_two_three", 9) == "one_two_\nthree"
    assert two_lines("one_two_three_four", 9) == "one_two_t\nhree_four"
    assert two_lines("head" + "x" * 300 + "tail", 5) == "head…\nxtail"
    assert [signed(n) for n in (-0.5, 0.0, -0.01, 2)] == ["−0.5", "0.0", "0.0", "+2.0"]


def test_durations_have_a_unit_and_two_digits_or_more():
    times = (1e-9, 1 / 60, 0.75, 1, 9.94, 47.6, 90, 597, 59_999, 1e9)
    assert [duration(minutes) for minutes in times] == [
        *("< 1 s", "1.0 s", "45 s", "1.0 min", "9.9 min", "48 min"),
        *("1.5 h", "10 h", "1,000 h", "> 1,000 h"),
    ]


@pytest.mark.parametrize("views", ["sample_views", "real_views"])
def test_horizons_of_the_horizon_runs_are_readable(views, request):
    frames = frames_of("time_horizons", request.getfixturevalue(views), "metr_horizon")
    figure = draw_figure("time_horizons", frames, "metr_horizon")
    assert "success as the source reports it" in figure.texts[1].get_text()
    assert_texts_are_readable(figure)


def test_models_without_a_horizon_say_why(sample_views):
    frames = frames_of("time_horizons", sample_views)
    horizons = frames["horizons"].head(4)
    horizons["status"] = ["all_fail", "positive_slope", "ok", "extrapolated"]
    horizons.loc[:1, ["p50_minutes", "p50_low", "p50_high", "slope"]] = None
    horizons.loc[2, ["p50_minutes", "p50_low", "p50_high"]] = [90, None, 1e9]
    horizons.loc[3, ["p50_low", "p50_high"]] = None
    frames["curves"] = frames["curves"][
        frames["curves"]["model"].isin(horizons["model"][2:])
    ]
    figure = draw_figure("time_horizons", frames | {"horizons": horizons}, "metr")
    assert_texts_are_readable(figure)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert "no curve: every attempt failed" in titles[0]
    assert "no horizon: success does not fall" in titles[1]
    assert "p50 1.5 h (0 to > 1,000 h)" in titles[2]
    assert "to no end)" in titles[3]
    assert titles[3].endswith("tasks, extrapolated")
    assert [len(axes.lines) for axes in figure.axes] == [1, 1, 6, 6]
    # An interval that goes on beyond the axis says so.
    markers = [{line.get_marker() for line in axes.lines} for axes in figure.axes]
    assert [each & set("<>") for each in markers] == [
        set(),
        set(),
        set("<>"),
        set("<>"),
    ]


def test_another_source_is_drawn_where_asked(sample_warehouse, tmp_path):
    arguments = ["--db", str(sample_warehouse), "--format", "svg", "time_horizons"]
    for source in ("metr", "metr_horizon"):
        out = tmp_path / source
        assert main([*arguments, "--source", source, "--out", str(out)]) == 0
    drawn = [path.read_bytes() for path in sorted(tmp_path.glob("*/*.svg"))]
    assert len(set(drawn)) == 2


def test_metr_is_drawn_where_it_is_else_the_largest_source():
    connection = duckdb.connect()
    connection.execute("create table attempts (source text, action_count int)")
    assert action_source(connection) == "metr"
    for source, attempt_count, action_counted_count, drawn in (
        ("few", 3, 0, "few"),
        ("many", 9, 0, "many"),
        ("b", 2, 1, "b"),
        ("a", 3, 2, "a"),
        ("metr", 1, 1, "metr"),
    ):
        connection.execute(
            "insert into attempts select $1, if(number < $3, 7, null) "
            "from range($2) as numbers (number)",
            [source, attempt_count, action_counted_count],
        )
        assert action_source(connection) == drawn


def test_hal_is_ranked_where_it_is_else_the_largest_source_with_benchmarks():
    connection = duckdb.connect()
    connection.execute(
        "create table best_evaluations"
        " (source text, benchmark text, is_headline boolean default true)"
    )
    assert leaderboard_source(connection) == "hal"
    connection.execute(
        "insert into best_evaluations (source, benchmark)"
        " values ('metr', 'x'), ('metr', 'x'), ('metr', 'x')"
    )
    assert leaderboard_source(connection) == "metr"
    connection.execute(
        "insert into best_evaluations (source, benchmark) values ('b', 'x'), ('b', 'y')"
    )
    assert leaderboard_source(connection) == "b"
    connection.execute(
        "insert into best_evaluations values ('c', 'x', false), ('c', 'y', false), "
        "('c', 'z', false), ('b', 'z', false)"
    )
    assert leaderboard_source(connection) == "b"
    connection.execute(
        "insert into best_evaluations (source, benchmark) values ('hal', 'x')"
    )
    assert leaderboard_source(connection) == "hal"


def test_the_leaderboard_study_has_figures_12_to_29():
    stems = [FILE_STEMS[name] for name in LEADERBOARD_FIGURES]
    assert [int(stem[:2]) for stem in stems] == list(range(12, 30))
    assert [int(FILE_STEMS[name][:2]) for name in ACTION_FIGURES] == list(range(1, 12))


def cell_texts(axes: Axes) -> dict[tuple[float, float], str]:
    """What is in each cell of a heatmap, by its column and row."""
    return {text.get_position(): text.get_text() for text in axes.texts}


def test_no_run_differs_from_no_number_and_from_zero(sample_views):
    """Three cells of a row: never run, run without a cost, run for nothing."""
    frames = frames_of("generalist_cost", sample_views)
    cells = frames["cells"].head(frames["cells"]["benchmark"].nunique()).copy()
    cells[["value", "n", "detail", "is_evaluated"]] = [2.5, 1, None, True]
    cells.loc[0, ["value", "n", "is_evaluated"]] = [None, None, False]
    cells.loc[1, ["value", "n"]] = [None, 0]
    cells.loc[2, "value"] = 0
    figure = draw_figure("generalist_cost", {"cells": cells}, "hal")
    texts = cell_texts(figure.axes[0])
    assert (0, 0) not in texts
    assert (1, 0) not in texts
    assert texts[2, 0] == "$0.00"
    assert texts[3, 0] == "$2.50"
    hatches = [patch.get_hatch() for patch in figure.axes[0].patches]
    assert hatches == ["////", "...."]
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend == ["no evaluation", "evaluated, but no cost known"]


@pytest.mark.parametrize("name", ["generalist_cost", "generalist_win_rate"])
def test_the_models_and_benchmarks_with_most_evaluations_are_shown(name):
    """Every model but the first ran twice; benchmarks tie but for the first."""
    connection = duckdb.connect()
    connection.execute("""
        create table evaluations as
        select
            'hal' as source, false as is_excluded,
            'benchmark_number_' || b as benchmark,
            'a-model-with-a-long-name-' || m || ' high' as model
        from range(14) as benchmarks (b), range(17) as models (m)
        where b + m > 0
    """)
    connection.execute(
        "insert into evaluations from evaluations where model not like '%-0 %'"
    )
    connection.execute("""
        create table scaffold_kind_summary as
        select
            source, benchmark, 'generalist' as scaffold_kind, model,
            count(*) as costed_count,
            1e3 / row_number() over (order by benchmark, model) as mean_cost_usd,
            100 as wins, 200 as comparisons, 0.5 as win_rate
        from evaluations
        group by source, benchmark, model
    """)
    connection.execute(
        "create table model_win_rates "
        "(source text, repeats text, basis text, coverage text, model text, "
        "rank bigint)"
    )
    connection.execute(
        "create table win_rate_corrections "
        "(source text, model text, published_rank bigint)"
    )
    connection.execute(
        "create table best_evaluations (source text, repeats text, is_headline boolean)"
    )
    frames = frames_of(name, connection)
    cells = frames["cells"]
    assert len(cells) == 15 * 12
    assert "a-model-with-a-long-name-0 high" not in set(cells["model"])
    figure = draw_figure(name, frames, "hal")
    subtitle = figure.texts[1].get_text()
    assert (
        "15 of 17 models, the first of each ranking and those with most evaluations "
        "(2 not shown)"
    ) in subtitle
    assert "12 of 14 benchmarks, with most evaluations (2 not shown)" in subtitle
    assert_texts_are_readable(figure)


@pytest.mark.parametrize(
    ("name", "basis"),
    [
        ("max_accuracy_win_rate", "max_accuracy"),
        ("frontier_distance_win_rate", "frontier_distance"),
    ],
)
def test_win_rates_in_the_cells_are_the_views(name, basis, sample_views):
    frames = frames_of(name, sample_views)
    axes = draw_figure(name, frames, "hal").axes[0]
    rates = sample_views.execute(
        "select model, benchmark, win_rate from benchmark_win_rates "
        "where source = 'hal' and repeats = 'best' and basis = ? "
        "and win_rate is not null",
        [basis],
    ).fetchall()
    models, benchmarks = (
        list(frames["cells"][key].unique()) for key in ("model", "benchmark")
    )
    texts = cell_texts(axes)
    assert len(texts) == len(rates) > 10
    for model, benchmark, rate in rates:
        place = (benchmarks.index(benchmark), models.index(model))
        assert texts[place].splitlines()[0] == f"{rate:.1%}".replace("%", " %")


def test_scales_are_logarithmic_over_decades_only(sample_views):
    for factor, scale in ((1, "linear"), (1000, "log")):
        frames = frames_of("win_rate_against_cost", sample_views)
        points = frames["points"].dropna(subset="x").reset_index(drop=True)
        frames["points"] = points
        points["x"] = [1.0 + row for row in range(len(points))]
        points.loc[0, "x"] *= factor
        figure = draw_figure("win_rate_against_cost", frames, "hal")
        assert figure.axes[0].get_xscale() == scale
        assert ("(log scale)" in figure.axes[0].get_xlabel()) == (scale == "log")
        assert_texts_are_readable(figure)


def test_points_without_a_cost_are_named(sample_views):
    frames = frames_of("accuracy_against_cost", sample_views)
    missing = frames["points"].query("x.isna()")
    assert not missing.empty
    note = draw_figure("accuracy_against_cost", frames, "hal").get_supxlabel()
    for row in missing.itertuples():
        assert f"{row.model} ({row.benchmark})" in " ".join(note.split())


def test_a_benchmark_without_any_cost_leaves_the_others_drawn(sample_views):
    frames = frames_of("accuracy_against_cost", sample_views)
    points = frames["points"]
    is_first = points["benchmark"] == points["benchmark"].iloc[0]
    points.loc[is_first, "x"] = None
    points.loc[is_first, ["is_on_hull", "is_pareto_efficient"]] = False
    figure = draw_figure("accuracy_against_cost", frames, "hal")
    assert "\nn = 0 models" in figure.axes[0].get_title(loc="left")
    assert figure.axes[1].lines


def test_models_beyond_the_limit_are_drawn_as_others(sample_views):
    frames = frames_of("accuracy_against_latency", sample_views)
    points = frames["points"]
    points.loc[points["place"] > 1, "place"] = None
    figure = draw_figure("accuracy_against_latency", frames, "hal")
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    # An efficient model has a name, however many models there are.
    beyond = points[points["place"].isna()]
    efficient = set(beyond.loc[beyond["is_pareto_efficient"].eq(True), "model"])
    assert 0 < len(efficient) < beyond["model"].nunique()
    assert len(names) == 2 + len(efficient) + 1 + 2
    assert set(map(shorten, efficient)) <= set(names)
    assert names[2 + len(efficient)] == "other models"
    assert_texts_are_readable(figure)


def test_styles_differ_for_all_models_with_a_name():
    styles = {(model_style(n)["color"], model_style(n)["marker"]) for n in range(77)}
    assert len(styles) == 77


def test_the_hull_is_straight_on_linear_axes():
    corners = pd.DataFrame({"x": [1.0, 3.0, 101.0], "y": [0.2, 0.4, 0.5]})
    line = hull_line(corners.sample(frac=1, random_state=1), "y")
    assert line[0].tolist() == [1, 0.2]
    assert line[-1].tolist() == [101, 0.5]
    (height,) = line[line[:, 0] == 52][:, 1]
    assert height == pytest.approx(0.45)
    assert hull_line(corners.head(1), "y").tolist() == [[1, 0.2]]


def test_bars_are_the_views_rates_and_the_first_leads(sample_views):
    frames = frames_of("overall_win_rate", sample_views)
    axes = draw_figure("overall_win_rate", frames, "hal").axes[0]
    rates = sample_views.execute(
        "select overall_win_rate from model_win_rates where source = 'hal' "
        "and repeats = 'best' and basis = 'max_accuracy' and coverage = 'all' "
        "order by 1 desc"
    ).fetchall()
    first, second = axes.containers
    assert [bar.get_width() for bar in first] == [rate for (rate,) in rates]
    assert len(second) == len(first)


def test_the_published_bars_pool_wins_and_comparisons(sample_views):
    bars = frames_of("overall_frontier_win_rate", sample_views)["bars"]
    published = bars[~bars["is_first"]].set_index("model")["rate"]
    wins = sample_views.sql(
        "from published_frontier_win_rates where source = 'hal'"
    ).df()
    pooled = wins.groupby("model")[["wins", "comparisons"]].sum()
    assert published.to_dict() == (pooled["wins"] / pooled["comparisons"]).to_dict()


def test_text_in_a_cell_contrasts_with_it():
    assert readable_on((0, 0, 0, 1)) == "white"
    assert readable_on((1, 1, 1, 1)) == "#000000"
    # Pure red and mid grey both carry black by WCAG's formula, pure blue white.
    assert readable_on((1, 0, 0, 1)) == "#000000"
    assert readable_on((0.5, 0.5, 0.5, 1)) == "#000000"
    assert readable_on((0, 0, 1, 1)) == "white"


def test_all_figures_are_written_and_named(made_run):
    out = made_run / "figures"
    written = [str(out / f"{stem}.png") for stem in FILE_STEMS.values()]
    printed = (made_run / "printed").read_text().splitlines()
    assert [line for line in printed if line.startswith(f"{out}/")] == written
    assert sorted(map(str, out.iterdir())) == written


TWICE = ["task_families", "11_grinding_agents"]
BOTH_FORMATS = """
import sys
from plots.__main__ import main
sys.exit(max(main([*sys.argv[1:], "--format", suffix]) for suffix in ("png", "svg")))
"""


@pytest.fixture(scope="module")
def drawn_twice(sample_warehouse: Path, tmp_path_factory) -> list[Path]:
    """Folders of the same figures, drawn in one process, and in two with other hashes."""
    folders = []
    for hash_seed in ("1", "2"):
        folders.append(tmp_path_factory.mktemp("drawn") / "new")
        subprocess.run(
            [
                *(sys.executable, "-c", BOTH_FORMATS, *TWICE),
                *("--db", sample_warehouse, "--out", folders[-1]),
                *("--jobs", hash_seed),
            ],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
        )
    return folders


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_views_give_the_same_bytes(suffix, drawn_twice):
    first, second = (sorted(folder.glob(f"*.{suffix}")) for folder in drawn_twice)
    assert [path.read_bytes() for path in first] == [
        path.read_bytes() for path in second
    ]
    assert len(first) == len(TWICE)


@pytest.mark.parametrize("name", FIGURES)
def test_the_order_of_stored_rows_changes_nothing(name, sample_views, shuffled_views):
    frames, others = (
        frames_of(name, views) for views in (sample_views, shuffled_views)
    )
    for query, frame in frames.items():
        pd.testing.assert_frame_equal(frame, others[query])


def test_a_figure_that_fails_is_named_and_leaves_the_others(
    sample_warehouse, tmp_path, capsys
):
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, warehouse)
    with duckdb.connect(warehouse) as connection:
        connection.execute("drop view repeatability")
    out = tmp_path / "figures"
    names = ["repeated_attempts", "score_distribution"]
    assert main([*names, "--db", str(warehouse), "--out", str(out)]) == 1
    output = capsys.readouterr()
    assert output.out == f"{out / '01_score_distribution.png'}\n"
    (line,) = output.err.splitlines()
    assert "repeatability does not exist" in line
    assert "dbt build" in line
    assert line.endswith("Not drawn: repeated_attempts")


def test_a_mistake_in_a_figure_is_a_line_and_no_traceback(
    sample_warehouse, tmp_path, capsys, monkeypatch
):
    def stumble(frames):
        raise KeyError("no_such_column")

    monkeypatch.setattr("plots.task_families.subtitle", stumble)
    names = ["task_families", "score_distribution"]
    arguments = ["--db", str(sample_warehouse), "--out", str(tmp_path), "--jobs", "1"]
    assert main([*names, *arguments]) == 1
    output = capsys.readouterr()
    assert output.out == f"{tmp_path / '01_score_distribution.png'}\n"
    (line,) = output.err.splitlines()
    assert "KeyError: 'no_such_column'" in line
    assert line.endswith("Not drawn: task_families")


@pytest.fixture
def drawing(sample_warehouse, tmp_path):
    """All figures being drawn by three processes, the first figure written."""
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "plots", "--jobs", "2"),
            *("--db", sample_warehouse, "--out", tmp_path / "figures"),
        ],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while not list(tmp_path.glob("figures/*.png")):
            assert process.poll() is None
            time.sleep(0.05)
        yield psutil.Process(process.pid), process


@pytest.mark.parametrize("whom", ["all", "first"])
def test_an_interrupt_ends_every_process_with_a_word(drawing, whom, tmp_path):
    """Ctrl-C reaches all of a terminal's processes, a plain kill the first one."""
    first, process = drawing
    workers = first.children()
    if whom == "all":
        os.killpg(process.pid, signal.SIGINT)
    else:
        first.terminate()
    assert process.communicate()[1] == "stopped; the files named above are written\n"
    assert process.returncode == (130 if whom == "all" else 143)
    assert not list(tmp_path.glob("figures/.*.part"))
    assert psutil.wait_procs(workers, timeout=3_600)[1] == []


def test_no_process_outlives_a_killed_one(drawing):
    first, _ = drawing
    workers = first.children()
    first.kill()
    assert psutil.wait_procs(workers, timeout=3_600)[1] == []


def test_a_process_that_dies_is_reported(drawing):
    first, process = drawing
    next(
        worker for worker in first.children() if "spawn_main" in str(worker.cmdline())
    ).kill()
    (line,) = process.communicate()[1].splitlines()
    assert "Try --jobs 1" in line
    assert line.endswith(list(FIGURES)[-1])
    assert process.returncode in (1, 2)


def test_list_needs_no_warehouse(tmp_path, capsys):
    assert main(["--list", "--db", str(tmp_path / "absent.duckdb")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(FIGURES)


def error_of(capsys, *arguments: object) -> str:
    """The one line that a failing command prints."""
    assert main([str(argument) for argument in arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    (line,) = output.err.splitlines()
    return line


def test_an_export_of_nothing_names_the_way_out(sample_warehouse, tmp_path, capsys):
    out = tmp_path / "viz_data.json"
    options = ("--db", sample_warehouse, "--source", "metr_horizon")
    line = error_of(capsys, "export", out, *options)
    assert line.startswith("source metr_horizon has no scored attempts with a count")
    assert not out.exists()


def test_a_missing_warehouse_says_how_to_make_one(tmp_path, capsys):
    line = error_of(capsys, "--db", tmp_path / "absent.duckdb")
    assert "absent.duckdb" in line
    assert "python -m loaders" in line


def test_missing_views_say_dbt_build(tmp_path, capsys):
    warehouse = tmp_path / "empty.duckdb"
    duckdb.connect(warehouse).close()
    assert "dbt build" in error_of(capsys, "--db", warehouse)
    assert "dbt build" in error_of(
        capsys, "export", tmp_path / "viz_data.json", "--db", warehouse
    )


def test_another_file_is_no_warehouse(tmp_path, capsys):
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to look into" * 100)
    assert "--db FILE" in error_of(capsys, "--db", text)


def test_an_unknown_figure_lists_the_known_ones(sample_warehouse, tmp_path, capsys):
    line = error_of(capsys, "histogram", "--db", sample_warehouse, "--out", tmp_path)
    assert line.startswith("histogram: no such figure")
    assert "score_distribution" in line
    assert not list(tmp_path.iterdir())


def test_an_unknown_source_lists_the_known_ones(sample_warehouse, tmp_path, capsys):
    options = ["--source", "zzz", "--db", sample_warehouse, "--out", tmp_path]
    line = error_of(capsys, "score_distribution", *options)
    assert (
        line == "zzz: no such source is loaded. Did you mean metr_horizon? There are: "
        "hal, harbor, inspect, metr, metr_horizon, table, terminal_bench"
    )
    assert not list(tmp_path.iterdir())


def test_an_unwritable_folder_is_named(sample_warehouse, tmp_path, capsys):
    occupied = tmp_path / "figures"
    occupied.write_text("a file where the folder should be")
    for out in (occupied, occupied / "below"):
        line = error_of(capsys, "--db", sample_warehouse, "--out", out)
        assert line.startswith("cannot write")
        assert "figures" in line


def test_a_warehouse_open_for_writing_elsewhere_is_named(tmp_path, capsys):
    warehouse = tmp_path / "busy.duckdb"
    writer = subprocess.Popen(
        [
            sys.executable,
            "-c",
            WRITER,
            warehouse,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    writer.stdout.readline()
    try:
        line = error_of(capsys, "--db", warehouse)
    finally:
        writer.communicate()
    assert "busy.duckdb" in line
    assert "try again" in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "gif"],
        ["--jobs", "0"],
        ["export"],
        ["export", "a.json", "b.json"],
        ["report", "--source", "metr"],
        ["report", "--format", "svg"],
    ],
)
def test_usage_errors_exit_with_2(arguments):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2


def test_export_agrees_with_the_views(sample_views, sample_warehouse, tmp_path, capsys):
    path = tmp_path / "viz_data.json"
    assert main(["export", str(path), "--db", str(sample_warehouse)]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    data = json.loads(path.read_text(encoding="utf-8"))
    assert [key for key in data if key != "total_distinct_tasks"] == [
        "total_records",
        "total_tasks",
        "total_agents",
        "total_task_families",
        "score_histogram",
        "action_histogram",
        "scatter",
        "top_agents",
        "agent_summary",
    ]
    attempts, families, tasks = sample_views.execute(
        "select count(*), count(distinct task_family), count(distinct task_id) "
        "from attempts where source = 'metr'"
    ).fetchone()
    assert data["total_records"] == attempts
    assert data["total_tasks"] == data["total_task_families"] == families
    assert data["total_distinct_tasks"] == tasks
    assert data["total_agents"] == len(data["agent_summary"])
    for histogram in ("score_histogram", "action_histogram"):
        assert sum(row["count"] for row in data[histogram]) == attempts
    assert len(data["scatter"]) == min(2_000, attempts)
    runs = [row["runs"] for row in data["agent_summary"]]
    assert runs == sorted(runs, reverse=True)
    assert sum(runs) == attempts
    scores = [row["avg_score"] for row in data["top_agents"]]
    assert scores == sorted(scores, reverse=True)
    assert [row for row in data["agent_summary"] if row["runs"] >= 50] == sorted(
        data["top_agents"], key=lambda row: (-row["runs"], row["agent"])
    )


@pytest.fixture
def small_views():
    """Just the columns that the export reads, with a name that is HTML."""
    connection = duckdb.connect()
    connection.execute("""
        create table attempts as
        select
            'metr:' || i as attempt_id,
            'metr' as source,
            'capability' as population,
            '</script> "a"' as agent,
            'family' as task_family,
            [0.125, 1, 0.375][i + 1]::double as score,
            [4, 1000, 5][i + 1] as action_count
        from range(3) as numbers (i)
    """)
    connection.execute("""
        create table dashboard_totals as
        select
            'metr' as source, 3 as attempt_count, 2 as task_count,
            1 as task_family_count, 1 as agent_count
    """)
    connection.execute("""
        create table score_histogram as
        select 'metr' as source, 0.0 as min_score, 0.1 as max_score, 3 as attempt_count
    """)
    connection.execute("""
        create table action_count_histogram as
        select 'metr' as source, *
        from (values ('0-5', 0, 4, 1), ('5-1000', 5, 1000, 2), ('over', 1001, null, 0))
        as bins (action_count_bin, min_action_count, max_action_count, attempt_count)
    """)
    connection.execute("""
        create table agent_leaderboard as
        select
            'metr' as source, '</script> "a"' as agent, 3 as attempt_count,
            0.5e0 as mean_score, 336.33e0 as mean_action_count, 1 / 3 as success_rate
    """)
    return connection


def test_a_histogram_shows_the_attempts_beyond_its_end(small_views):
    def bins():
        rows = dashboard_data(small_views, "metr")["action_histogram"]
        return {row["bin"]: row["count"] for row in rows}

    assert bins() == {"0-5": 1, "5-1000": 2}
    small_views.execute(
        "update action_count_histogram set attempt_count = 7 "
        "where action_count_bin = 'over'"
    )
    assert bins() == {"0-5": 1, "5-1000": 2, "over": 7}


def test_exported_names_cannot_close_a_script_element(small_views, tmp_path):
    for path in (tmp_path / "a.json", tmp_path / "b.json"):
        export(small_views, "metr", path)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "</script" not in text
    assert json.loads(text)["agent_summary"][0] == {
        "agent": '</script> "a"',
        "runs": 3,
        "avg_score": 0.5,
        "avg_actions": 336.3,
        "success_rate": 0.3333,
    }
    assert (tmp_path / "b.json").read_text(encoding="utf-8") == text


def test_an_unknown_figure_answers_with_the_nearest(sample_warehouse, tmp_path, capsys):
    options = ["--db", sample_warehouse, "--out", tmp_path]
    line = error_of(capsys, "time_horizon", *options)
    assert "Did you mean time_horizons?" in line
    line = error_of(capsys, "reprot", *options)
    assert "Did you mean report?" in line


def test_a_command_that_does_not_come_first_is_named(
    sample_warehouse, tmp_path, capsys
):
    line = error_of(capsys, "--db", sample_warehouse, "report")
    assert line == "report is a command and comes first: python -m plots report"


@pytest.mark.parametrize("command", [[], ["draw"], ["report"], ["export"]])
def test_help_shows_an_example(command, capsys):
    with pytest.raises(SystemExit) as exit_:
        main([*command, "--help"])
    assert exit_.value.code == 0
    assert "example: python -m plots" in capsys.readouterr().out


def test_draw_may_be_named(capsys):
    assert main(["draw", "--list"]) == 0
    named = capsys.readouterr().out
    assert main(["--list"]) == 0
    assert capsys.readouterr().out == named


def say_of(answer: Answer, values: str) -> str:
    """What an answer says of a few rows."""
    connection = duckdb.connect()
    connection.execute(
        f"create table t as select 'metr' as source, * from (values {values}) as v (a, b)"
    )
    return say(answer, connection, "metr")


def test_an_answer_is_its_first_row_and_its_items_in_a_sentence():
    query = "select a, b from t where source = $source order by a"
    answer = Answer(query, "{a} of: {items}.", item="{b:.1f}", more="And {b:.2f}.")
    assert say_of(answer, "(2, 0.25), (1, 7.125)") == "1 of: 7.1, 0.2. And 7.12."
    # Without the number there is no second sentence, without the first no answer.
    assert say_of(Answer(query, "{a}.", more="And {b}."), "(1, null)") == "1."
    assert say_of(Answer(query, "{b}."), "(1, null)") == NO_ANSWER
    assert say_of(Answer(query, "{items}", item="{b}"), "(1, null)") == NO_ANSWER
    assert say_of(Answer(f"select * from ({query}) where a > 1", "{a}"), "(1, 1)") == (
        NO_ANSWER
    )


def test_names_that_would_look_alike_keep_what_differs():
    names = [f"A Family of Models {n} large (September 2025)" for n in ("4", "4.5")]
    short = shorten_apart([*names, "o3"], 24)
    assert short["o3"] == "o3"
    assert len({shorten(name, 24) for name in names}) == 1
    assert len({short[name] for name in names}) == 2
    assert ".5" in short[names[1]]
    assert all(len(text) <= 24 for text in short.values())
    assert shorten_apart(["short"], 9) == {"short": "short"}


def test_a_note_on_names_leaves_the_title_above_the_legend():
    axes = Figure(layout="constrained").subplots()
    axes.plot([0, 1], [0, 1], "o")
    axes.set_title("title", pad=26)
    axes.get_figure().draw_without_rendering()
    before = axes._left_title.get_window_extent().y0, axes.titleOffsetTrans
    labels = pd.DataFrame({"x": [0.5] * 9, "y": 0.5, "text": "x" * 90, "radius": 8})
    place_labels(axes, labels, pad=26)
    axes.get_figure().draw_without_rendering()
    assert "without room" in axes.get_title(loc="right")
    assert axes._left_title.get_window_extent().y0 == pytest.approx(before[0], abs=1)


def test_the_record_holders_are_those_of_the_trend(sample_views):
    for source in ("metr", "metr_horizon"):
        frames = frames_of("horizon_trend", sample_views, source)
        points = frames["points"]
        counts = frames["trends"].set_index("models")["model_count"]
        assert counts["all"] == len(points) > 2
        assert counts["frontier"] == points["is_record"].sum()
        # The line has the view's slope: twice the horizon after `doubling_days`.
        days = frames["trends"].set_index("models")["doubling_days"].dropna()
        for models, line in frames["lines"].groupby("models"):
            first, last = line.itertuples()
            doublings = (last.released_on - first.released_on).days / days[models]
            assert last.p50_minutes / first.p50_minutes == pytest.approx(2**doublings)


def test_an_interval_of_a_trend_is_on_the_axis_or_has_an_arrow(sample_views):
    frames = frames_of("horizon_trend", sample_views)
    points = frames["points"]
    points.loc[0, ["p50_low", "p50_high"]] = [None, 1e9]
    points.loc[1, "p50_low"] = points["p50_minutes"].min() / 40
    axes = draw_figure("horizon_trend", frames, "metr").axes[0]
    low, high = axes.get_ylim()
    assert (points["p50_low"][1:] > low).all()
    assert (points["p50_high"][1:] < high).all()
    drawn = {line.get_marker(): len(line.get_xdata()) for line in axes.lines}
    assert (drawn["v"], drawn["^"]) == (1, 1)


def test_a_horizon_without_an_interval_has_no_bar(sample_views):
    ends = ["p50_low", "p50_high", "interval_method"]
    drawn = {}
    for name, frame in (("time_horizons", "horizons"), ("horizon_trend", "points")):
        frames = frames_of(name, sample_views)
        frames[frame][ends] = None
        drawn[name] = draw_figure(name, frames, "metr").axes[0]
        assert not {line.get_marker() for line in drawn[name].lines} & set("<>^v")
    assert "(no interval)" in drawn["time_horizons"].get_title(loc="left")


def test_a_trend_without_arrows_fills_its_figure(sample_views):
    frames = frames_of("horizon_trend", sample_views)
    middle = frames["points"]["p50_minutes"]
    frames["points"]["p50_low"], frames["points"]["p50_high"] = middle / 2, middle * 2
    figure = draw_figure("horizon_trend", frames, "metr")
    lay_out(figure)
    box = figure.axes[0].get_position()
    assert box.x0 < 0.1
    assert box.y0 < 0.1


def test_a_trend_that_cannot_be_computed_says_why(sample_views):
    frames = frames_of("horizon_trend", sample_views)
    trends = frames["trends"]
    trends["doubling_days"] = None
    trends["model_count"] = [9, 2]
    frames["lines"] = frames["lines"].iloc[:0]
    figure = draw_figure("horizon_trend", frames, "metr")
    said = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert said == [
        "all models, n = 9: no doubling time, horizons do not grow",
        "record holders, n = 2: no doubling time, fewer than 3 models",
    ]


@pytest.fixture(scope="module")
def many_warehouse(warehouse_of, tmp_path_factory) -> Path:
    """A warehouse of 48 invented models on 11 benchmarks."""
    folder = tmp_path_factory.mktemp("many")
    many_models.write(folder, 48, 355)
    return warehouse_of(folder)


@pytest.fixture(scope="module")
def many_views(many_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    yield from held(many_warehouse)


@pytest.fixture(scope="module")
def drawn_of_many(many_views) -> Callable[[str], tuple[Figure, list[Text]]]:
    """Draws a figure of many models once, and returns it and every text that shows."""

    @cache
    def drawn(name: str) -> tuple[Figure, list[Text]]:
        figure = draw_figure(name, frames_of(name, many_views), "hal")
        return figure, drawn_texts(figure)

    return drawn


@pytest.mark.parametrize("name", LEADERBOARD_FIGURES)
def test_many_models_overlap_nothing_and_leave_nothing_outside(name, drawn_of_many):
    figure, texts = drawn_of_many(name)
    assert_texts_are_readable(figure, texts)
    # The models are nobody's study, and nothing of them is published.
    said = " ".join(text.get_text() for text in texts)
    assert "study" not in said
    assert "as published" not in said


@pytest.mark.parametrize("name", list(LEADERBOARD_FIGURES)[10:16])
def test_efficient_points_of_many_models_are_named(name, many_views, drawn_of_many):
    points = frames_of(name, many_views)["points"]
    assert points["model"].nunique() == 48
    efficient = set(points.loc[points["is_pareto_efficient"].eq(True), "model"])
    assert efficient
    _, texts = drawn_of_many(name)
    said = {text.get_text() for text in texts}
    # A name beside its point is followed by a number of benchmarks.
    said |= {text.rsplit(" (", 1)[0] for text in said}
    width = leaderboard.NAME_WIDTH
    names = shorten_apart(points["model"].unique(), width)
    for model in efficient:
        assert {model, names[model], shorten(model)} & said, model


@pytest.mark.parametrize(
    ("name", "basis"),
    [
        ("max_accuracy_win_rate", "max_accuracy"),
        ("frontier_distance_win_rate", "frontier_distance"),
        ("overall_win_rate", "max_accuracy"),
        ("overall_frontier_win_rate", "frontier_distance"),
    ],
)
def test_the_first_of_a_ranking_of_many_models_is_drawn(name, basis, many_views):
    (first,) = many_views.execute(
        "select arg_min(model, (rank, model)) from model_win_rates "
        "where source = 'hal' and repeats = 'best' and basis = $1 "
        "and coverage = 'all'",
        [basis],
    ).fetchone()
    (frame,) = frames_of(name, many_views).values()
    assert 1 < frame["model"].nunique() < 48
    assert first in set(frame["model"])
    # Of the bars that each model has two of, the first of either kind.
    if "is_first" in frame:
        for _, bars in frame.groupby("is_first"):
            assert 1 in set(bars["rank"])
