"""pass@k and pass^k against k, a panel per agent."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from plots.agents import LARGEST_BENCHMARK, few, whose
from plots.axes import scale_share
from plots.figure import Answer
from plots.palette import BLUE, GREY, VERMILION
from plots.panels import panel_grid
from plots.text import count, two_lines

SIZE = (13, 8.5)
PANEL_LIMIT = 10
QUERIES = {
    "agents": f"""
        with {LARGEST_BENCHMARK},
        repeated as (
            select source, benchmark, success_rule, agent, min(k) as least_repeat
            from repeatability
            where k > 1
            group by source, benchmark, success_rule, agent
        )
        select *
        from known_agents
        inner join repeated using (source, benchmark, success_rule, agent)
        order by shown_place
        limit {PANEL_LIMIT}
    """,
    "curves": f"""
        with {LARGEST_BENCHMARK}
        select
            agent, k, repeatability.task_count, repeatability.success_rate,
            pass_at_k, pass_hat_k
        from repeatability
        inner join known_agents using (source, benchmark, success_rule, agent)
        order by agent, k
    """,
}
LINES = {
    "pass_at_k": ("o", "-", BLUE, "pass@k: at least one succeeds"),
    "success_rate": ("", ":", GREY, "one attempt, same tasks"),
    "pass_hat_k": ("s", "--", VERMILION, "pass^k: all succeed"),
}
BELOW = -0.14  # room for the numbers of tasks
ANSWER = Answer(
    f"""
        with {LARGEST_BENCHMARK},

        first_agent as (select agent from known_agents where size_place = 1)

        select
            agent,
            k,
            100 * pass_at_k as any_percent,
            100 * pass_hat_k as all_percent,
            task_count
        from repeatability
        inner join largest using (benchmark)
        inner join first_agent using (agent)
        where
            source = $source and is_headline
            and population = 'capability'
        order by k desc
        limit 1
    """,
    "`{agent}`, the agent with the most tasks, succeeds at {any_percent:.1f} % of its "
    "tasks in at least one of {k} attempts, at {all_percent:.1f} % in all of them "
    "(n = {task_count:,} tasks tried so often).",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    agents = frames["agents"]
    return (
        f"{whose(agents, 'the best and those with the most tasks, of those that repeat some')}\n"
        f"n = {count(agents['attempt_count'].sum())} attempts · below each k: the "
        "tasks tried at least k times, which differ from k to k"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw a panel per agent, the one with the most tasks first."""
    grid = panel_grid(figure, len(frames["agents"]))
    for axes, agent in zip(grid, frames["agents"].itertuples(), strict=True):
        curves = frames["curves"].query("agent == @agent.agent")
        for column, (marker, line, color, label) in LINES.items():
            axes.plot(
                curves["k"],
                curves[column],
                marker=marker,
                linestyle=line,
                color=color,
                label=label,
                markersize=5,
            )
        for row in curves.itertuples():
            axes.text(
                row.k,
                BELOW / 2,
                count(row.task_count),
                ha="center",
                va="center",
                size=8,
                color=GREY,
            )
        axes.set_xscale("log", base=2)
        axes.set_xlim(0.8, 1.25 * frames["curves"]["k"].max())
        axes.xaxis.set_major_locator(
            FixedLocator(sorted(frames["curves"]["k"].unique()))
        )
        axes.xaxis.set_major_formatter("{x:.0f}")
        scale_share(axes, "y", "")
        axes.set_ylim(BELOW, 1.03)
        axes.set_title(
            two_lines(agent.agent) + few(agent.attempt_count), size=8, weight="normal"
        )
    figure.supxlabel("k, attempts at one task (log scale)", size=9.5)
    figure.supylabel("mean over tasks", size=9.5)
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper right", ncols=3)
