-- Grain: one row per headline, source, success rule, population and coverage.
-- The studies' headlines under every choice that they could have made.
with

headlines as (
    select * from {{ ref('headlines') }}
),

action_delta_summary as (
    select * from {{ ref('action_delta_summary') }}
),

rank_correlations as (
    select * from {{ ref('rank_correlations') }}
),

correlation_intervals as (
    select * from {{ ref('int_correlation_intervals') }}
),

lead_rates as (
    select
        *,
        tie_rule = 'tie_no_win' and coverage = 'all' as is_own_choice
    from {{ ref('int_lead_rates') }}
),

deltas as (
    select
        case grain
            when 'task' then 'action_delta_within_task'
            when 'task_model' then 'action_delta_within_task_and_model'
        end as headline,
        source,
        success_rule,
        population,
        '*' as coverage,
        median_delta as value,
        ci_low as low,
        ci_high as high,
        is_headline as is_own_choice
    from action_delta_summary
),

-- The intervals allow for correlated attempts at the tasks of one family.
correlations as (
    select
        case controlling_for
            when 'none' then 'action_score_correlation'
            when 'human_minutes'
                then 'action_score_correlation_at_equal_difficulty'
            when 'task' then 'action_score_correlation_within_task'
        end as headline,
        source,
        '*' as success_rule,
        population,
        '*' as coverage,
        rank_correlations.spearman_rho as value,
        correlation_intervals.ci_low as low,
        correlation_intervals.ci_high as high,
        rank_correlations.is_headline as is_own_choice
    from rank_correlations
    left join correlation_intervals
        using (source, population, controlling_for)
    where
        rank_correlations.x = 'action_count'
        and rank_correlations.y = 'score'
        and rank_correlations.spearman_rho is not null
),

-- The leader by the published choice; ties go to the first name.
ranked as (
    select
        basis,
        source,
        model,
        row_number() over (
            partition by basis, source
            order by win_rate desc nulls last, model asc
        ) as win_rank
    from lead_rates
    where is_own_choice
),

leaders as (
    select
        basis,
        source,
        model
    from ranked
    where win_rank = 1
),

leads as (
    select
        'lead_by_' || lead_rates.basis as headline,
        lead_rates.source,
        lead_rates.tie_rule as success_rule,
        'capability' as population,
        lead_rates.coverage,
        max(
            case
                when lead_rates.model = leaders.model then lead_rates.win_rate
            end
        )
        - max(
            case
                when lead_rates.model <> leaders.model then lead_rates.win_rate
            end
        ) as value,
        cast(null as double) as low,
        cast(null as double) as high,
        lead_rates.is_own_choice
    from lead_rates
    inner join leaders
        on
            lead_rates.basis = leaders.basis
            and lead_rates.source = leaders.source
    group by
        lead_rates.basis,
        lead_rates.source,
        lead_rates.tie_rule,
        lead_rates.coverage,
        lead_rates.is_own_choice
),

choices as (
    select * from deltas
    union all
    select * from correlations
    union all
    select * from leads
    where value is not null
),

headlined as (
    select
        *,
        row_number() over (
            partition by headline, source
            order by
                is_own_choice desc, success_rule asc, population asc,
                coverage asc
        ) = 1 as is_headline
    from choices
),

final as (
    select
        headline,
        headlined.source,
        headlined.success_rule,
        headlined.population,
        headlined.coverage,
        headlined.value,
        headlined.low,
        headlined.high,
        sign(headlined.value) <> sign(
            max(case when headlined.is_headline then headlined.value end)
                over (partition by headline, headlined.source)
        ) as flips,
        headlined.low > 0 or headlined.high < 0 as is_resolved,
        headlined.success_rule = headlines.success_rule
        and headlined.population = headlines.population
        and headlined.coverage = headlines.coverage as is_published_choice,
        headlines.claim,
        headlined.is_headline
    from headlined
    inner join headlines using (headline)
)

select * from final
