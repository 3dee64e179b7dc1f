"""Each agent's success rate with two intervals: tasks, and attempts."""

import pandas as pd
from matplotlib.figure import Figure

from plots.agents import LARGEST_BENCHMARK, few, whose
from plots.axes import scale_share
from plots.figure import Answer
from plots.palette import BLUE, ORANGE
from plots.text import count, room, share, shorten

SIZE = (12, 8.5)
AGENT_LIMIT = 20
ORDERS = ("agents", {"rate": "success_rate", "name": "agent", "n": "attempt_count"})
QUERIES = {
    "agents": f"""
        with {LARGEST_BENCHMARK}
        select
            *,
            greatest(attempt_success_share - 1.96 * naive_se, 0) as naive_low,
            least(attempt_success_share + 1.96 * naive_se, 1) as naive_high
        from known_agents
        where shown_place <= {AGENT_LIMIT}
        order by success_rate desc, agent
    """,
}
ANSWER = Answer(
    f"""
        with {LARGEST_BENCHMARK}

        select
            agent,
            100 * ci_low as low_percent,
            100 * ci_high as high_percent,
            attempt_count,
            task_count,
            count(*) over () as agent_count,
            100 * median(ci_high - ci_low) over () as median_width
        from known_agents
        order by size_place
        limit 1
    """,
    "The 95 % interval of the agent with the most tasks runs from {low_percent:.1f} to "
    "{high_percent:.1f} % (`{agent}`, n = {attempt_count:,} attempts at {task_count} "
    "tasks); over all {agent_count} agents the median interval is {median_width:.0f} "
    "points wide.",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    agents = frames["agents"]
    return (
        f"{whose(agents)}\nn = {count(agents['attempt_count'].sum())} attempts · the "
        "interval over tasks lets sibling tasks succeed together"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw a row per agent, the highest success rate on top."""
    axes = figure.subplots()
    agents = frames["agents"]
    places = pd.Series(range(len(agents)))
    axes.hlines(
        places - 0.12,
        agents["ci_low"],
        agents["ci_high"],
        color=BLUE,
        linewidth=3,
        label="95 % interval, over tasks",
    )
    axes.plot(
        agents["success_rate"],
        places - 0.12,
        "o",
        color=BLUE,
        markersize=7,
        label="success rate, mean over tasks",
    )
    axes.hlines(
        places + 0.2,
        agents["naive_low"],
        agents["naive_high"],
        color=ORANGE,
        linewidth=2,
        linestyle=(0, (2, 1)),
        label="plain standard error, attempts taken as independent",
    )
    width = figure.get_size_inches()[0]
    longest = room(76, width, SIZE[0])
    axes.set_yticks(
        places,
        [
            f"{shorten(row.agent, longest)}\n{share(row.success_rate)} over "
            f"{count(row.task_count)} tasks, n = {count(row.attempt_count)}"
            f"{few(row.attempt_count)}"
            for row in agents.itertuples()
        ],
        size=8,
    )
    axes.set_ylim(len(agents) - 0.4, -0.6)
    scale_share(axes, "x", "success rate")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3 if width > 10 else 1)
