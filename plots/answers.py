"""What the views answer to each figure's question, in a sentence with its numbers.

A query per figure; it takes `$source` and returns one text.
"""

from plots.agents import LARGEST_BENCHMARK

DELTAS = """
    select format(
        'The median {grain} says {{:+.2f}} actions, success minus failure '
        '(95 % interval {{:+.2f}} to {{:+.2f}}; n = {{:,}} {noun}, any credit, {population}). '
        '{{}}',
        any_value(median_delta) filter (where success_rule = 'any_credit'),
        any_value(ci_low) filter (where success_rule = 'any_credit'),
        any_value(ci_high) filter (where success_rule = 'any_credit'),
        any_value(pair_count) filter (where success_rule = 'any_credit'),
        coalesce(
            format(
                'By full credit it is {{:+.2f}} (n = {{:,}}).',
                any_value(median_delta) filter (where success_rule = 'full_credit'),
                any_value(pair_count) filter (where success_rule = 'full_credit')
            ),
            ''
        )
    )
    from action_delta_summary
    where source = $source and grain = '{grain_name}' and population = '{population_name}'
"""
MEANS = """
    with ends as (
        select
            count({column}) as cell_count,
            sum({n}) as evaluation_count,
            arg_min(model || '` on `' || benchmark, ({column}, benchmark, model)) as first,
            min({column}) as lowest,
            arg_max(model || '` on `' || benchmark, ({column}, benchmark, model)) as last,
            max({column}) as highest
        from scaffold_kind_summary
        where source = $source and is_generalist = {is_generalist} and {column} is not null
    )

    select format(
        'From {write} (`{{}}`) to {write} (`{{}}`), over n = {{:,}} evaluations in {{}} cells '
        'of a model and a benchmark.',
        lowest, first, highest, last, evaluation_count::bigint, cell_count
    )
    from ends
"""
SCAFFOLD_WINS = """
    with models as (
        select model, sum(wins)::bigint as wins, sum(comparisons)::bigint as comparisons
        from scaffold_kind_summary
        where source = $source and is_generalist = {is_generalist} and comparisons > 0
        group by model
    )

    select format(
        '`{{}}` wins most often: {{}} of its {{}} comparisons, {{:.1f}} %. n = {{:,}} models.',
        arg_max(model, (wins / comparisons, model)),
        arg_max(wins, (wins / comparisons, model)),
        arg_max(comparisons, (wins / comparisons, model)),
        100 * max(wins / comparisons),
        count(*)
    )
    from models
"""
WINS = """
    select format(
        '`{{}}` leads with {{:.1f}} % of n = {{:,}} comparisons on {{}} benchmarks, before '
        '`{{}}` with {{:.1f}} % of {{}}{shared}.',
        arg_min(model, (rank, model)),
        100 * arg_min(overall_win_rate, (rank, model)),
        arg_min(comparisons, (rank, model))::bigint,
        arg_min(benchmark_count, (rank, model)),
        arg_min(model, (rank, model), 2)[2],
        100 * arg_min(overall_win_rate, (rank, model), 2)[2],
        arg_min(comparisons, (rank, model), 2)[2]::bigint{shared_value}
    )
    from model_win_rates
    where source = $source and basis = '{basis}' and coverage = 'all'
"""
SHARED_LEADER = """,
        (
            select arg_min(model, (rank, model))
            from model_win_rates
            where source = $source and basis = 'max_accuracy' and coverage = 'shared'
        )"""
PUBLISHED_LEADER = """,
        (
            select arg_min(model, (published_rank, model))
            from win_rate_corrections
            where source = $source
        )"""
FRONTIER_WINS = WINS.format(
    basis="frontier_distance",
    shared="; with the published lookup `{}` would lead",
    shared_value=PUBLISHED_LEADER,
)
MAX_WINS = WINS.format(
    basis="max_accuracy",
    shared="; on the benchmarks that every model ran `{}` leads",
    shared_value=SHARED_LEADER,
)
FRONTIERS = """
    with models as (
        select model, count(*) filter (where is_pareto_efficient) as efficient_count
        from pareto_frontier
        where source = $source and x_metric = '{x}' and is_comparable
        group by model
    ),

    points as (
        select
            count(*) as point_count,
            count(distinct benchmark) as benchmark_count,
            count(*) filter (where is_pareto_efficient) as efficient_count,
            count(*) filter (where is_on_hull) as hull_count
        from pareto_frontier
        where source = $source and x_metric = '{x}' and is_comparable
    )

    select format(
        '{{}} of n = {{:,}} best evaluations on {{}} benchmarks are efficient, {{}} of them on '
        'the hull; `{{}}` is efficient most often ({{}} times).',
        any_value(points.efficient_count),
        any_value(point_count),
        any_value(benchmark_count),
        any_value(hull_count),
        arg_max(model, (models.efficient_count, model)),
        max(models.efficient_count)
    )
    from models
    cross join points
"""
WIN_RATE_FRONTIER = """
    select format(
        '{{}} of n = {{:,}} models are efficient: {{}}.',
        count(*) filter (where is_pareto_efficient),
        count(*),
        string_agg(
            format('`{{}}` ({write}, {{:.1f}} %)', model, x, 100 * win_rate),
            ', ' order by x
        ) filter (where is_pareto_efficient)
    )
    from win_rate_frontier
    where source = $source and basis = '{basis}' and x_metric = '{x}' and is_comparable
"""
KINDS = {"generalist": "true", "task_specific": "false"}
MEASURES = {
    "accuracy": ("100 * mean_accuracy", "scored_count", "{{:.1f}} %"),
    "cost": ("mean_cost_usd", "costed_count", "${{:.2f}}"),
    "latency": ("mean_latency_seconds", "timed_count", "{{:.1f}} s"),
}

ANSWERS = {
    "score_distribution": """
        select format(
            '{:.1f} % of n = {:,} scored attempts get nothing, {:.1f} % full credit and '
            '{:.1f} % something between.',
            100 * fail_share, attempt_count, 100 * full_share, 100 * partial_share
        )
        from outcome_shares
        where source = $source and population = 'all'
    """,
    "actions_by_outcome": """
        select 'Median actions: ' || string_agg(
            format('{} {:g} (n = {:,})', outcome, median_action_count, attempt_count),
            ', ' order by median_action_count, outcome
        ) || '.'
        from outcome_action_stats
        where source = $source and population = 'all'
    """,
    "confound_check": """
        select 'Spearman''s rho of actions and score: ' || string_agg(
            format(
                '{:+.2f} {}',
                spearman_rho,
                case controlling_for
                    when 'none' then 'over all attempts'
                    when 'task' then 'inside each task'
                    else 'with human time held fixed'
                end
            ),
            ', ' order by abs(spearman_rho) desc
        ) || format(' (n = {:,} attempts).', max(attempt_count))
        from rank_correlations
        where
            source = $source and population = 'all'
            and x = 'action_count' and y = 'score' and spearman_rho is not null
    """,
    "within_task_deltas": DELTAS.format(
        grain="task",
        noun="tasks",
        population="all attempts",
        grain_name="task",
        population_name="all",
    ),
    "action_limits": """
        select format(
            'The most crowded suspect is {} actions, with {:.2f} times as many attempts as '
            'the mean of its neighbours (n = {:,} attempts at it).',
            arg_max(action_count, (spike_ratio, action_count)),
            max(spike_ratio),
            arg_max(attempt_count, (spike_ratio, action_count))
        )
        from action_limit_checks
        where source = $source and spike_ratio is not null
    """,
    "model_comparison": """
        select format(
            '`{}` has the highest mean score, {:.2f}, with a median of {:g} actions '
            '(n = {:,} attempts at {} tasks); models tried different tasks.',
            model, mean_score, median_action_count, attempt_count, task_count
        )
        from model_summary
        where source = $source and population = 'capability' and is_major
        order by mean_score desc, model
        limit 1
    """,
    "actions_by_outcome_per_model": """
        select format(
            'On the shared tasks `{}` succeeds most often: {:.1f} % of n = {:,} attempts, with '
            'a median of {:g} actions.',
            model, 100 * success_rate, attempt_count, median_action_count
        )
        from shared_task_model_summary
        where source = $source
        order by success_rate desc, model
        limit 1
    """,
    "success_against_actions_per_model": """
        with models as (
            select
                model,
                sum(attempt_count) as attempt_count,
                arg_min(success_rate, action_bin) as first_rate,
                arg_max(success_rate, action_bin) as last_rate
            from success_by_action_bin
            where source = $source
            group by model
        )

        select format(
            'In {} of {} models the bin of the longest attempts succeeds less often than '
            'the bin of the shortest (n = {:,} attempts); hard tasks are not told apart here.',
            count(*) filter (where last_rate < first_rate),
            count(*),
            sum(attempt_count)::bigint
        )
        from models
    """,
    "within_task_model_deltas": DELTAS.format(
        grain="pair of task and model",
        noun="pairs",
        population="capability attempts",
        grain_name="task_model",
        population_name="capability",
    ),
    "task_families": """
        select format(
            '{} of n = {:,} families with at least 30 attempts succeed less than one time in '
            'ten; `{}` takes the most actions, {:.1f} on average.',
            count(*) filter (where success_rate < 0.1),
            count(*),
            arg_max(task_family, (mean_action_count, task_family)),
            max(mean_action_count)
        )
        from task_family_summary
        where source = $source and attempt_count >= 30
    """,
    "grinding_agents": """
        select format(
            '`{}`: the 95th percentile of its failures takes {:.1f} times the actions of '
            'the median one ({} against {}; n = {:,} failures).',
            agent, grind_ratio, p95_action_count, median_action_count, failure_count
        )
        from agent_failure_profiles
        where source = $source
        order by grind_ratio desc, agent
        limit 1
    """,
    **{
        f"{kind}_{measure}": MEANS.format(
            column=column,
            n=n,
            write=write.replace("{{", "{").replace("}}", "}"),
            is_generalist=is_generalist,
        )
        for kind, is_generalist in KINDS.items()
        for measure, (column, n, write) in MEASURES.items()
    },
    **{
        f"{kind}_win_rate": SCAFFOLD_WINS.format(is_generalist=is_generalist)
        for kind, is_generalist in KINDS.items()
    },
    "max_accuracy_win_rate": MAX_WINS,
    "frontier_distance_win_rate": FRONTIER_WINS,
    "accuracy_against_cost": FRONTIERS.format(x="cost"),
    "accuracy_against_latency": FRONTIERS.format(x="latency"),
    **{
        f"{prefix}win_rate_against_{x}": WIN_RATE_FRONTIER.format(
            basis=basis, x=x, write=write
        )
        for prefix, basis in (("", "max_accuracy"), ("frontier_", "frontier_distance"))
        for x, write in (("cost", "${:.2f}"), ("latency", "{:.1f} s"))
    },
    "overall_win_rate": MAX_WINS,
    "overall_frontier_win_rate": FRONTIER_WINS,
    "agent_intervals": f"""
        with {LARGEST_BENCHMARK}

        select format(
            'The 95 % interval of the agent with the most tasks reaches from {{:.1f}} to '
            '{{:.1f}} % (`{{}}`, n = {{:,}} attempts at {{}} tasks); over all {{}} agents the '
            'median interval is {{:.0f}} points wide.',
            100 * arg_min(ci_low, size_place),
            100 * arg_min(ci_high, size_place),
            arg_min(agent, size_place),
            arg_min(attempt_count, size_place),
            arg_min(task_count, size_place),
            count(*),
            100 * median(ci_high - ci_low)
        )
        from known_agents
    """,
    "paired_differences": f"""
        with {LARGEST_BENCHMARK}

        select format(
            '{{}} of n = {{:,}} pairs of agents with enough shared tasks are told apart by '
            'their 95 % interval; the figure shows the agents with the most tasks.',
            count(*) filter (where is_separable),
            count(*)
        )
        from paired_comparisons
        inner join largest using (benchmark)
        where
            source = $source and success_rule = 'any_credit'
            and population = 'capability'
    """,
    "repeated_attempts": f"""
        with {LARGEST_BENCHMARK},

        first_agent as (select agent from known_agents where size_place = 1)

        select format(
            '`{{}}`, the agent with the most tasks, succeeds at {{:.1f}} % of its tasks in at '
            'least one of {{}} attempts, at {{:.1f}} % in all of them (n = {{:,}} tasks tried '
            'so often).',
            agent, 100 * pass_at_k, k, 100 * pass_hat_k, task_count
        )
        from repeatability
        inner join largest using (benchmark)
        inner join first_agent using (agent)
        where
            source = $source and success_rule = 'any_credit'
            and population = 'capability'
        order by k desc
        limit 1
    """,
    "headline_sensitivity": """
        select format(
            '{} of n = {:,} other choices of success rule, population or coverage change the '
            'sign of a headline.',
            count(*) filter (where flips),
            count(*)
        )
        from headline_sensitivity
        where
            source = $source and not is_published_choice
            and (
                headline not like 'lead_by%'
                or exists (
                    select 1
                    from model_win_rates
                    where source = $source and benchmark_count > 1
                )
            )
    """,
    "time_horizons": """
        select format(
            '`{}` finishes half of the tasks that take a human {:.1f} hours, the longest '
            'horizon inside the tasks'' range (95 % interval {} to {}; n = {:,} attempts at {} '
            'tasks).',
            model, p50_minutes / 60,
            coalesce(format('{:.1f}', p50_low / 60), '0'),
            coalesce(format('{:.1f} hours', p50_high / 60), 'no end'),
            attempt_count, task_count
        )
        from time_horizons
        where
            source = $source and success_rule = 'any_credit'
            and weighting = 'inverse_sqrt_family' and regularisation = 0.1
            and status = 'ok'
        order by p50_minutes desc, model
        limit 1
    """,
    "success_within_budget": """
        with ends as (
            select
                model,
                attempt_count,
                success_rate,
                budget_actions,
                max(success_rate) over (partition by model) as best_rate
            from success_within_budget
            where source = $source and success_rule = 'any_credit'
        )

        select format(
            '`{}`, with the most attempts (n = {:,}), succeeds in {:.1f} % within 10 actions '
            'and in {:.1f} % within the largest budget.',
            model, attempt_count, 100 * success_rate, 100 * best_rate
        )
        from ends
        where budget_actions = 10
        order by attempt_count desc, model
        limit 1
    """,
}
