-- Grain: one row per basis, source, coverage, tie rule and model that ran at
-- least half as many benchmarks as any: the win rates by which it may lead, and
-- by best accuracy also those with partial runs.
with

model_win_rates as (
    select * from {{ ref('model_win_rates') }}
    where
        basis in ('max_accuracy', 'frontier_distance')
        and repeats = 'best'
),

-- A model that wins one of many benchmarks does not lead.
most_benchmarks as (
    select
        basis,
        source,
        max(benchmark_count) as benchmark_count
    from model_win_rates
    where coverage = 'all'
    group by basis, source
),

broad_models as (
    select
        basis,
        source,
        model_win_rates.model
    from model_win_rates
    inner join most_benchmarks using (basis, source)
    where
        model_win_rates.coverage = 'all'
        and 2 * model_win_rates.benchmark_count
        >= most_benchmarks.benchmark_count
),

evaluations as (
    select * from {{ ref('evaluations') }}
    where
        not is_excluded
        and accuracy is not null
),

partial_sources as (
    select distinct source
    from evaluations
    where {{ is_partial_run() }}
),

-- Here a partial run can be a model's best, too.
best_accuracies as (
    select
        source,
        evaluations.benchmark,
        evaluations.model,
        {{ comparable('max(evaluations.accuracy)', 'share') }} as accuracy
    from evaluations
    inner join partial_sources using (source)
    group by source, evaluations.benchmark, evaluations.model
),

ranked as (
    select
        source,
        benchmark,
        model,
        rank() over (
            partition by source, benchmark order by accuracy
        ) - 1 as wins,
        count(*) over (partition by source, benchmark, accuracy) - 1 as ties,
        count(*) over (partition by source, benchmark) as model_count
    from best_accuracies
),

source_counts as (
    select
        source,
        count(distinct model) as model_count
    from ranked
    group by source
),

covered as (
    select
        source,
        'all_with_partial' as coverage,
        model,
        wins,
        ties,
        model_count - 1 as comparisons
    from ranked
    union all
    select
        source,
        'shared_with_partial' as coverage,
        ranked.model,
        ranked.wins,
        ranked.ties,
        ranked.model_count - 1 as comparisons
    from ranked
    inner join source_counts using (source)
    where ranked.model_count = source_counts.model_count
),

rated as (
    select
        basis,
        source,
        coverage,
        model,
        overall_win_rate,
        overall_win_rate_half_ties
    from model_win_rates
    union all
    select
        'max_accuracy' as basis,
        source,
        coverage,
        model,
        sum(wins) * 1e0 / nullif(sum(comparisons), 0) as overall_win_rate,
        (sum(wins) + sum(ties) / 2e0) / nullif(sum(comparisons), 0)
            as overall_win_rate_half_ties
    from covered
    group by source, coverage, model
),

final as (
    {%- for tie_rule, win_rate in [
        ('tie_no_win', 'overall_win_rate'),
        ('tie_half_win', 'overall_win_rate_half_ties'),
    ] %}
    select
        basis,
        source,
        rated.coverage,
        '{{ tie_rule }}' as tie_rule,
        model,
        rated.{{ win_rate }} as win_rate
    from rated
    inner join broad_models using (basis, source, model)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
