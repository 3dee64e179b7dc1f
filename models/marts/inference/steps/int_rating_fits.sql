-- Grain: one row per replicate and comparable model whose strength was found.
-- Takes pairs x `bootstrap_replicates` in each of some dozen steps.
with recursive

meetings as (
    select * from {{ ref('int_rating_meetings') }}
),

members as (
    select * from {{ ref('int_rating_members') }}
),

-- A model that won or lost everything in a draw has no finite strength there;
-- the others are fitted without it.
usable as (
    select
        replicate,
        member_number
    from meetings
    where replicate > 0
    group by replicate, member_number
    having
        sum(points) > 0
        and sum(points) < sum(meeting_count)
),

data_steps as (
    select
        cast(0 as bigint) as replicate,
        group_number,
        member_number,
        0e0 as anchor,
        0 as step,
        0e0 as strength,
        cast(null as double) as longest_move,
        false as is_found
    from members
    union all
    select * from (
        {{ bradley_terry_step(
            'data_steps', '1e-10', var('rating_steps')
        ) | indent(8) }}
    ) as next_steps
),

data_fits as (
    select * from data_steps
    where is_found
),

-- A draw is near the data, and its own error far above this tolerance. Of a
-- draw that falls apart into models that no longer took points from each other
-- the strengths have no maximum, and are not found.
replicate_steps as (
    select
        usable.replicate,
        data_fits.group_number,
        data_fits.member_number,
        data_fits.strength as anchor,
        0 as step,
        data_fits.strength,
        cast(null as double) as longest_move,
        false as is_found
    from data_fits
    inner join usable
        on data_fits.member_number = usable.member_number
    union all
    select * from (
        {{ bradley_terry_step('replicate_steps', '1e-4', 100) | indent(8) }}
    ) as next_steps
),

final as (
    select
        replicate,
        member_number,
        strength
    from data_fits
    union all
    select
        replicate,
        member_number,
        strength
    from replicate_steps
    where is_found
)

select * from final
