"""Difference in success rate of each two agents on the tasks they share."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from plots.agents import LARGEST_BENCHMARK, few, whose
from plots.figure import Answer
from plots.palette import BLACK, BLUE, GREY, LIGHT_GREY, VERMILION
from plots.text import count, room, share, shorten, signed

SIZE = (13, 9)
AGENT_LIMIT = 16  # more cells would be too small for a number
QUERIES = {
    "agents": f"""
        with {LARGEST_BENCHMARK}
        select *, row_number() over (order by success_rate desc, agent) as place
        from known_agents
        where shown_place <= {AGENT_LIMIT}
        order by place
    """,
    # Each pair from both sides.
    "cells": f"""
        with {LARGEST_BENCHMARK},
        places as (
            select
                source, benchmark, success_rule, agent,
                row_number() over (order by success_rate desc, agent) as place
            from known_agents
            where shown_place <= {AGENT_LIMIT}
        )
        select
            own.place as own_place,
            rival.place as rival_place,
            if(own.agent = agent_a, 1, -1) * mean_difference as difference,
            is_separable,
            shared_task_count
        from paired_comparisons
        inner join places as own
            on
                own.agent in (agent_a, agent_b)
                and paired_comparisons.source = own.source
                and paired_comparisons.benchmark = own.benchmark
                and paired_comparisons.success_rule = own.success_rule
        inner join places as rival
            on rival.agent in (agent_a, agent_b) and rival.agent <> own.agent
        order by own_place, rival_place
    """,
}
DIFFERENCE_COLORS = LinearSegmentedColormap.from_list(
    "differences", [VERMILION, "white", BLUE]
)
DARK = 0.8  # a difference whose colour asks for white letters
ANSWER = Answer(
    f"""
        with {LARGEST_BENCHMARK}

        select
            count(*) filter (where is_separable) as separable_count,
            count(*) as pair_count
        from paired_comparisons
        inner join largest using (benchmark)
        where
            source = $source and is_headline
            and population = 'capability'
    """,
    "{separable_count} of n = {pair_count:,} pairs of agents with enough shared tasks are "
    "told apart by their 95 % interval; the figure shows the agents with the most tasks.",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    agents, cells = frames["agents"], frames["cells"]
    pairs = count(len(cells) / 2)
    settled = count(cells["is_separable"].fillna(False).sum() / 2)
    return (
        f"{whose(agents)}\nn = {pairs} pairs with enough shared tasks, {settled} of "
        "them told apart: the 95 % interval of the difference leaves out 0"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw a square per pair, hatched where nobody can say who is better."""
    axes = figure.subplots()
    agents = frames["agents"]
    for cell in frames["cells"].itertuples():
        draw_cell(axes, cell)
    for place in agents["place"]:
        axes.add_patch(Rectangle((place - 0.5, place - 0.5), 1, 1, color=LIGHT_GREY))
    size = len(agents) + 0.5
    axes.set(xlim=(0.5, size), ylim=(size, 0.5))
    axes.set_facecolor("0.97")
    axes.grid(False)
    axes.set_xticks(agents["place"])
    axes.set_xlabel(
        "percentage points by which the row's agent is ahead of this column's, on the "
        "tasks of both"
    )
    longest = room(76, figure.get_size_inches()[0], SIZE[0])
    axes.set_yticks(
        agents["place"],
        [
            f"{row.place}: {shorten(row.agent, longest)}\n{share(row.success_rate)} over "
            f"{count(row.task_count)} tasks{few(row.attempt_count)}"
            for row in agents.itertuples()
        ],
        size=8,
    )
    axes.legend(
        handles=[
            Patch(facecolor=BLUE, label="row is better"),
            Patch(facecolor=VERMILION, label="row is worse"),
            Patch(
                facecolor="white", edgecolor=GREY, hatch="////", label="not resolved"
            ),
            Patch(facecolor="0.97", edgecolor=LIGHT_GREY, label="too few shared tasks"),
        ],
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=4,
    )


def draw_cell(axes: Axes, cell: tuple) -> None:
    """Draw one difference, in percentage points."""
    is_settled = cell.is_separable is True
    axes.add_patch(
        Rectangle(
            (cell.rival_place - 0.5, cell.own_place - 0.5),
            1,
            1,
            facecolor=DIFFERENCE_COLORS((cell.difference + 1) / 2)
            if is_settled
            else "white",
            edgecolor="white" if is_settled else LIGHT_GREY,
            hatch=None if is_settled else "////",
            linewidth=0.8,
        )
    )
    is_dark = is_settled and abs(cell.difference) > DARK
    axes.text(
        cell.rival_place,
        cell.own_place,
        signed(100 * cell.difference, 0),
        ha="center",
        va="center",
        size=7.5,
        color="white" if is_dark else BLACK,
    )
