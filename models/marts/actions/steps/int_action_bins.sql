-- Grain: one row per source, model and action count: the bin that it is in.
-- Bins end at the model's own deciles, so each has about a tenth of the model's
-- attempts; equal deciles make one edge.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

capability_attempts as (
    select
        source,
        model,
        action_count,
        is_success
    from attempt_successes
    where
        success_rule = 'any_credit'
        and population = 'capability'
        and action_count is not null
),

-- Attempts per distinct action count. Quantiles and bins need no more, and this
-- has far fewer rows than attempts.
value_counts as (
    select
        source,
        model,
        action_count,
        count(*) as value_count,
        count(*) filter (where is_success) as success_count,
        sum(count(*)) over (
            partition by source, model
            order by action_count
        ) as cumulative_count,
        sum(count(*)) over (partition by source, model) as model_count
    from capability_attempts
    group by source, model, action_count
),

decile_numbers as (
    {{ number_series('0', '10') }}
),

-- The position of each decile among the sorted attempts, counted from zero.
-- 0.1e0 is a double on purpose: numpy's grid has 0.30000000000000004, and an
-- edge slightly above a whole number leaves that number in the lower bin.
decile_positions as (
    select
        value_counts.source,
        value_counts.model,
        decile_numbers.number as decile,
        max(value_counts.model_count - 1)
        * (decile_numbers.number * 0.1e0) as decile_position
    from value_counts
    cross join decile_numbers
    where value_counts.model_count >= {{ var('major_model_attempts') }}
    group by value_counts.source, value_counts.model, decile_numbers.number
),

decile_neighbours as (
    select
        source,
        model,
        decile_positions.decile,
        decile_positions.decile_position
        - floor(decile_positions.decile_position) as upper_weight,
        min(value_counts.action_count) filter (
            where
            value_counts.cumulative_count
            > floor(decile_positions.decile_position)
        ) as lower_value,
        min(value_counts.action_count) filter (
            where
            value_counts.cumulative_count
            > ceil(decile_positions.decile_position)
        ) as upper_value
    from decile_positions
    inner join value_counts using (source, model)
    group by
        source,
        model,
        decile_positions.decile,
        decile_positions.decile_position
),

edges as (
    select distinct
        source,
        model,
        -- numpy interpolates from the nearer neighbour.
        case
            when upper_weight < 0.5
                then
                    lower_value + (upper_value - lower_value) * upper_weight
            else
                upper_value
                - (upper_value - lower_value) * (1 - upper_weight)
        end as edge
    from decile_neighbours
),

edge_ranges as (
    select
        source,
        model,
        min(edge) as first_edge,
        max(edge) as last_edge
    from edges
    group by source, model
),

interior_edges as (
    select
        source,
        model,
        edges.edge
    from edges
    inner join edge_ranges using (source, model)
    where
        edges.edge > edge_ranges.first_edge
        and edges.edge < edge_ranges.last_edge
),

final as (
    select
        value_counts.source,
        value_counts.model,
        value_counts.action_count,
        value_counts.value_count,
        value_counts.success_count,
        count(interior_edges.edge) as action_bin
    from value_counts
    left join interior_edges
        on
            value_counts.source = interior_edges.source
            and value_counts.model = interior_edges.model
            and value_counts.action_count >= interior_edges.edge
    where value_counts.model_count >= {{ var('major_model_attempts') }}
    group by
        value_counts.source,
        value_counts.model,
        value_counts.action_count,
        value_counts.value_count,
        value_counts.success_count
)

select * from final
