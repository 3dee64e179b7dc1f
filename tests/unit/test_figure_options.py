"""What `python -m plots` draws where one chooses: whose, in which order, how it looks."""

import itertools
from pathlib import Path

import duckdb
import matplotlib.figure
import pandas as pd
import pytest

from plots import __main__ as cli
from plots import palette
from plots.agents import LARGEST_BENCHMARK, few, whose
from plots.axes import scale_counts
from plots.choice import Choice, conditions_on, narrow, shows
from plots.figure import BadPalette, UnknownChoice
from plots.frontier_grids import model_handles
from plots.leaderboard import draw_points, model_style
from plots.render import Look, draw_figure, lay_out, load_figure, wrapped
from plots.text import room, shown_models
from plots.warehouse import fetch, figure_source, hold


@pytest.fixture(autouse=True)
def no_palette(monkeypatch):
    """The command leaves its palette to the processes that draw, not to other tests."""
    monkeypatch.setenv(cli.PALETTE_VARIABLE, "")
    monkeypatch.delenv(cli.PALETTE_VARIABLE)


@pytest.fixture
def warehouse(tmp_path) -> Path:
    """The views that say whose they are, made up."""
    path = tmp_path / "evalhouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            """
            create table evaluations as select * from (values
                ('s', 'b', 'one', 'one', 'm1'), ('s', 'b', 'it''s two', 'two', 'm2'),
                ('s', 'c', 'three', 'three', 'm3')
            ) as rows (source, benchmark, agent, agent_label, model);
            create table source_totals as select 's' as source, 3 as attempt_count;
            create table paired_comparisons as select * from (values
                ('s', 'b', 'one', 'two'), ('s', 'b', 'one', 'three')
            ) as rows (source, benchmark, agent_a, agent_b);
            create table model_comparisons as
            select 'm1' as model_a, 'm2' as model_b, 'b' as benchmark;
            create view settings as select 1 as setting;
            """
        )
    return path


def rows(path: Path, query: str, choice: Choice) -> list[tuple]:
    with duckdb.connect(path, read_only=True) as connection:
        narrow(connection, choice)
        return connection.execute(query).fetchall()


def test_only_the_chosen_agents_are_seen(warehouse):
    # By their own string too, whatever is in it.
    choice = Choice(agents=("one", "it's two"))
    query = "select agent_label from evaluations order by 1"
    assert rows(warehouse, query, choice) == [("one",), ("two",)]
    assert rows(warehouse, query, Choice()) == [("one",), ("three",), ("two",)]
    # Both of a pair: its view has labels only.
    pairs = "select agent_b from paired_comparisons"
    assert rows(warehouse, pairs, Choice(agents=("one", "two"))) == [("two",)]
    assert rows(warehouse, "from settings", choice) == [(1,)]


def test_models_and_a_benchmark_are_chosen_together(warehouse):
    query = "select agent_label from evaluations"
    choice = Choice(models=("m1", "m3"), benchmark=("c",))
    assert rows(warehouse, query, choice) == [("three",)]
    assert conditions_on({"model_a", "model_b"}, choice) == [
        "model_a in ('m1', 'm3')",
        "model_b in ('m1', 'm3')",
    ]


def test_an_unknown_name_is_answered_with_the_nearest(warehouse):
    with (
        duckdb.connect(warehouse, read_only=True) as connection,
        pytest.raises(UnknownChoice, match=r"thre: no such agent is loaded.*: three"),
    ):
        narrow(connection, Choice(agents=("thre",)))


def test_a_figure_that_shows_no_agents_is_none_to_choose_from():
    columns = {
        "agent_intervals": {"agent", "benchmark"},
        "rank_correlations": {"population"},
        "model_win_rates": {"model"},
    }
    agents = Choice(agents=("a",))
    assert shows("agent_intervals", agents, columns)
    assert not shows("confound_check", agents, columns)
    assert not shows("agent_intervals", Choice(models=("m",)), columns)
    assert shows("overall_win_rate", Choice(models=("m",)), columns)


AGENTS = pd.DataFrame(
    {
        "agent": ["b", "a", "c"],
        "benchmark": "x",
        "benchmark_count": 1,
        "agent_count": 5,
        "success_rule": "any_credit",
        "success_rate": [0.9, 0.5, 0.1],
        "ci_low": [0.5, 0.2, 0.0],
        "ci_high": [1, 0.8, 0.4],
        "naive_low": [0.6, 0.3, 0.0],
        "naive_high": [1, 0.7, 0.3],
        "attempt_count": [9, 10, 30],
        "task_count": [9, 10, 20],
    }
)


def labels(look: Look) -> list[str]:
    figure = draw_figure("agent_intervals", {"agents": AGENTS}, "s", look)
    return [text.get_text() for text in figure.axes[0].get_yticklabels()]


@pytest.mark.parametrize(
    ("order", "agents"),
    [(None, "bac"), ("rate", "bac"), ("name", "abc"), ("n", "cab")],
)
def test_rows_are_drawn_in_the_order_that_is_asked_for(order, agents):
    assert [label[0] for label in labels(Look(order=order))] == list(agents)


def test_agents_with_few_attempts_are_marked():
    assert few(9) == " (under 10)"
    assert few(10) == ""
    marked = [label.endswith("(under 10)") for label in labels(Look())]
    assert marked == [True, False, False]


def test_size_and_title_are_what_is_asked_for():
    frames = {"agents": AGENTS}
    house = draw_figure("agent_intervals", frames, "s")
    assert tuple(house.get_size_inches()) == load_figure("agent_intervals").SIZE
    texts = [text.get_text() for text in house.texts]
    assert texts[0] == "How far could each agent's success rate be off?"
    assert "3 of 5 agents" in texts[1]
    assert "(2 not shown)" in texts[1]
    own = draw_figure(
        "agent_intervals", frames, "s", Look((6, 4), "Ours", choice="only agents a")
    )
    assert tuple(own.get_size_inches()) == (6, 4)
    assert own.texts[0].get_text() == "Ours"
    assert own.texts[1].get_text().endswith("\nonly agents a")
    assert draw_figure("agent_intervals", frames, "s", Look(title="")).texts == []


def test_ticks_out_of_view_are_not_made():
    axes = matplotlib.figure.Figure().subplots()
    scale_counts(axes, "x", pd.Series([3, 40]))
    assert list(axes.xaxis.get_majorticklocs()) == [5, 10, 20, 50]
    axes.set_xlim(6, 21)
    assert list(axes.xaxis.get_majorticklocs()) == [10, 20]


def test_a_layout_is_computed_once_and_as_before():
    places = []
    for is_once in (True, False):
        figure = draw_figure("agent_intervals", {"agents": AGENTS}, "s")
        if is_once:
            lay_out(figure)
            assert figure.get_layout_engine() is None
        else:
            figure.draw_without_rendering()
        places.append(figure.axes[0].get_position().bounds)
    assert places[0] == places[1]


def test_each_small_view_is_computed_once():
    connection = duckdb.connect()
    connection.execute(
        """
        create table views as select * from (values
            ('twice', 3), ('once', 3), ('large', 900000), ('stored', 3)
        ) as rows (view_name, row_count);
        create view twice as select random() as number;
        create view once as select random() as number;
        create view large as select random() as number;
        create table stored as select 1 as number
        """
    )
    queries = ["from twice", "from twice join large", "from once", "from large"]
    hold(connection, [*queries, "from stored", "from stored"])
    held = connection.execute("select table_name from duckdb_tables() where temporary")
    assert held.fetchall() == [("twice",)]
    first, second = (connection.execute("from twice").fetchone() for _ in range(2))
    assert first == second


def test_the_figure_of_errors_shows_a_source_that_has_some():
    connection = duckdb.connect()
    connection.execute(
        """
        create table agent_intervals as select * from (values
            ('metr', 'full_credit', 50), ('metr', 'resolved', 50),
            ('few', 'full_credit', 5), ('few', 'resolved', 7),
            ('most', 'full_credit', 8), ('most', 'resolved', 9)
        ) as rows (source, success_rule, attempt_count)
        cross join (select 'capability' as population)
        """
    )
    assert figure_source(connection, "success_rules") == "most"
    connection.execute("delete from agent_intervals where source <> 'metr'")
    assert figure_source(connection, "success_rules") == "metr"


def test_the_benchmark_of_errors_is_one_that_has_some():
    connection = duckdb.connect()
    connection.execute(
        """
        create table agent_intervals as select
            's' as source, 'capability' as population, *, 2 as task_count,
            0.5 as success_rate, 0.2 as ci_low, 0.8 as ci_high
        from (values
            ('large', 'a', 'full_credit', 90), ('large', 'a', 'resolved', 90),
            ('small', 'a', 'full_credit', 20), ('small', 'a', 'resolved', 30),
            ('small', 'b', 'full_credit', 5), ('small', 'b', 'resolved', 6)
        ) as rows (benchmark, agent, success_rule, attempt_count)
        """
    )
    figure = load_figure("success_rules")
    frames = fetch(connection, figure.QUERIES, "s")
    said = figure.subtitle(frames)
    assert "benchmark small, the largest with attempts without a score (of 2" in said
    assert "n = 36 attempts, 11 of them without a score" in said
    assert figure.name(frames["agents"].iloc[1]).startswith("b (under 10)\n")


def test_a_long_subtitle_is_broken_between_its_parts():
    assert wrapped("one · two · three\nfour", 9) == ["one · two", "three", "four"]
    assert wrapped("a part that is longer · b", 9) == ["a part that is longer", "b"]


def test_headlines_have_room_and_every_interval_is_on_the_scale():
    choices = pd.DataFrame(
        [
            (headline, "any_credit", f"p{place}", "*", 0.1, -0.2 - place, 0.3)
            for headline in ("action_score_a", "action_score_b", "lead_by_c")
            for place in range(20)
        ],
        columns=[
            *("headline", "success_rule", "population", "coverage"),
            *("value", "low", "high"),
        ],
    ).assign(flips=False, is_headline=False, claim="it is so")
    figure = draw_figure("headline_sensitivity", {"choices": choices}, "s")
    figure.draw_without_rendering()
    for axes in figure.axes:
        left, right = axes.get_xlim()
        assert left < -19.2
        assert right > 0.3
        boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
        for upper, lower in itertools.pairwise(boxes):
            assert lower.y1 <= upper.y0 + 1


def test_what_is_left_out_is_the_least_interesting():
    """Of 30 agents with one task each 20 fit: the best, then those with more tasks."""
    connection = duckdb.connect()
    connection.execute(
        """
        create table agent_intervals as
        select
            's' as source, 'any_credit' as success_rule, 'capability' as population,
            'b' as benchmark, 'agent ' || lpad(number::varchar, 2, '0') as agent,
            case when number = 30 then 1 else 5 end as task_count,
            case when number = 29 then 9 else 20 end as attempt_count,
            number / 30.0 as success_rate,
            case when number < 30 then number / 40.0 end as ci_low,
            true as is_headline
        from range(1, 31) as numbers (number)
        """
    )
    found = connection.execute(
        f"with {LARGEST_BENCHMARK} select agent from known_agents order by shown_place",
        {"source": "s"},
    ).fetchall()
    order = [int(name.removeprefix("agent ")) for (name,) in found]
    # 30 has no interval and 29 nine attempts, so it comes last; else by rate, not name.
    assert order[:3] == [28, 27, 26]
    assert order[3:6] == [25, 24, 23]
    assert order[-2:] == [30, 29]


def test_a_figure_says_which_agents_it_shows():
    assert "3 of 5 agents, the best and those with the most tasks (2 not" in whose(
        AGENTS
    )
    assert "3 agents · " in whose(AGENTS.assign(agent_count=3))
    assert shown_models(15, 22) == (
        "15 of 22 models, the best and those with the most attempts (7 not shown)"
    )
    assert shown_models(3, 3) == "3 models"
    assert (room(76, 6, 12), room(40, 1, 12)) == (38, 12)


def test_no_colour_twice():
    colors = [palette.model_color(place) for place in range(200)]
    assert len(set(colors)) == 200
    assert colors[: len(palette.MODEL_COLORS)] == list(palette.MODEL_COLORS)


def test_a_palette_is_read_or_refused_with_its_line(tmp_path):
    file = tmp_path / "palette.csv"
    file.write_text("name,color\n# ours\nblue,#0000ff\nmy model,#123456\n\n")
    assert palette.read_palette(str(file)) == {"blue": "#0000ff", "my model": "#123456"}
    file.write_text("blue,#0000ff\nred\n")
    with pytest.raises(BadPalette, match=r"palette.csv:2: red: write name,#rrggbb"):
        palette.read_palette(str(file))
    with pytest.raises(BadPalette, match="cannot be read"):
        palette.read_palette(str(tmp_path / "none"))


@pytest.mark.parametrize("size", ["3", "3x", "0.5x4", "axb", "200x3"])
def test_a_size_is_two_numbers_of_inches(size, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["agent_intervals", "--size", size])
    assert ended.value.code == 2
    assert "write WIDTHxHEIGHT" in capsys.readouterr().err
    assert cli.inches("6.5x4") == (6.5, 4)


def test_refusals_end_with_2_and_one_line(warehouse, tmp_path, capsys):
    options = ["--db", str(warehouse), "--out", str(tmp_path / "out")]
    assert cli.main(["agent_intervals", "--agents", "on", *options]) == 2
    assert "The nearest: one" in capsys.readouterr().err
    assert cli.main(["confound_check", "--agents", "one", *options]) == 2
    assert "confound_check: shows no agents" in capsys.readouterr().err
    assert cli.main(["confound_check", "--order", "n", *options]) == 2
    assert "has no rows to put in order" in capsys.readouterr().err
    assert cli.main(["confound_check", "--palette", "none.csv", *options]) == 2
    assert "none.csv: cannot be read" in capsys.readouterr().err


def test_a_palette_colours_its_models(monkeypatch):
    monkeypatch.setattr(palette, "OWN_COLORS", {"m2": "#123456"})
    assert model_style(0, "m1")["color"] == palette.BLUE
    assert model_style(1, "m2")["color"] == "#123456"
    points = pd.DataFrame(
        {
            "model": ["m1", "m2"],
            "place": [0, 1],
            "x": [1.0, 2.0],
            "accuracy": [0.1, 0.2],
            "is_on_hull": True,
            "is_pareto_efficient": True,
        }
    )
    axes = matplotlib.figure.Figure().subplots()
    draw_points(axes, points, "accuracy")
    drawn = {line.get_color() for line in axes.lines}
    assert {palette.BLUE, "#123456"} <= drawn
    labels = {
        handle.get_label(): handle.get_color() for handle in model_handles(points)
    }
    assert labels == {"m1": palette.BLUE, "m2": "#123456"}


def test_unknown_names_in_a_palette_are_reported(warehouse, tmp_path, capsys):
    file = tmp_path / "palette.csv"
    file.write_text("bleu,#0000ff\nblue,#0000ff\nm2,#123456\nM 3,#123456\n")
    arguments = ["--db", str(warehouse), "--palette", str(file), "--out", str(tmp_path)]
    cli.main(["headline_sensitivity", *arguments])
    said = capsys.readouterr().err
    assert f"{file}: bleu: no colour of plots/palette.py" in said
    assert "Did you mean blue?" in said
    assert "Did you mean m3?" in said
    assert said.count("Did you mean") == 2
