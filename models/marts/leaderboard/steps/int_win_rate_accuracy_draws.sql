-- Grain: one row per evaluation without outcomes and replicate: how far its
-- accuracy moves when its tasks are redrawn. Only their number is known, so the
-- number of successes is binomial.
{%- set most_tasks = 10000 %}
with

repeated_evaluations as (
    select * from {{ ref('int_repeated_evaluations') }}
    where is_drawn
),

evaluations as (
    select * from {{ ref('evaluations') }}
),

evaluation_groups as (
    select * from {{ ref('int_win_rate_groups') }}
),

replicates as (
    {{ number_series('1', var('win_rate_replicates')) }}
),

-- 10,000 tasks are enough: beyond that the accuracy moves by less than a point.
compared as (
    select
        evaluations.evaluation_id,
        evaluations.accuracy,
        least(
            coalesce(evaluations.task_count, evaluations.timed_task_count),
            {{ most_tasks }}
        ) as task_count
    from evaluations
    left join evaluation_groups
        on evaluations.evaluation_id = evaluation_groups.evaluation_id
    where
        evaluation_groups.evaluation_id is null
        and evaluations.evaluation_id in (
            select repeated_evaluations.evaluation_id from repeated_evaluations
        )
        and evaluations.accuracy between 0 and 1
        and coalesce(evaluations.task_count, evaluations.timed_task_count) > 1
),

numbers as (
    {{ number_series(
        '0', '(select coalesce(max(task_count), 0) from compared)'
    ) }}
),

-- Adds one solved and one failed task, as in task_move_ctes: an accuracy of 0
-- or 1 would otherwise never move.
rates as (
    select
        evaluation_id,
        task_count,
        (accuracy * task_count + 1e0) / (task_count + 2e0) as rate
    from compared
),

-- With partial credit the accuracy varies less, so the interval is too wide
-- rather than too narrow.
probabilities as (
    select
        rates.evaluation_id,
        rates.rate,
        rates.task_count,
        numbers.number as success_count,
        exp(
            {{ ln_gamma('(rates.task_count + 1e0)') }}
            - {{ ln_gamma('(numbers.number + 1e0)') }}
            - {{ ln_gamma('(rates.task_count - numbers.number + 1e0)') }}
            + numbers.number * ln(rates.rate)
            + (rates.task_count - numbers.number) * ln(1e0 - rates.rate)
        ) as probability
    from rates
    inner join numbers
        on rates.task_count >= numbers.number
),

cumulated as (
    select
        *,
        sum(cast(probability as decimal(38, 15))) over (
            partition by evaluation_id
            order by success_count
            rows between unbounded preceding and current row
        ) as up_to
    from probabilities
),

-- The last range ends above 1, whatever the rounding.
ranges as (
    select
        evaluation_id,
        rate,
        task_count,
        success_count,
        cast(coalesce(
            lag(up_to) over (
                partition by evaluation_id
                order by success_count
            ),
            0
        ) as double) as range_start,
        case
            when success_count = task_count then 2e0
            else cast(up_to as double)
        end as range_end
    from cumulated
),

draws as (
    select
        compared.evaluation_id,
        replicates.number as replicate,
        {{ hash_number(
            "'" ~ var('bootstrap_seed') ~ ":' || replicates.number"
            ~ " || ':accuracy:' || compared.evaluation_id"
        ) }} / power(2e0, 60) as drawn_share
    from compared
    cross join replicates
),

final as (
    select
        draws.evaluation_id,
        draws.replicate,
        ranges.success_count * 1e0 / ranges.task_count - ranges.rate
            as accuracy_change
    from draws
    inner join ranges
        on
            draws.evaluation_id = ranges.evaluation_id
            and draws.drawn_share >= ranges.range_start
            and draws.drawn_share < ranges.range_end
)

select * from final
