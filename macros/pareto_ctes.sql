{#- CTEs that compare `points` (x, smaller is better; y, greater is better; model, one
    point each) for each value of the columns `keys`. The last one is `judged`: the
    points with is_pareto_efficient, is_on_hull, x_scaled, y_scaled and
    frontier_distance. Close to O(n log n), except for the distances, which compare
    every point off the hull with every segment of it. -#}
{% macro pareto_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
-- The greatest y at each x, and the greatest at any smaller x.
steps as (
    select
        {{ key_list }},
        x,
        max(y) as y
    from points
    group by {{ key_list }}, x
),

climbs as (
    select
        {{ key_list }},
        x,
        y,
        max(y) over (
            partition by {{ key_list }}
            order by x
            rows between unbounded preceding and 1 preceding
        ) as y_before
    from steps
),

frontier as (
    select
        {{ key_list }},
        x,
        y
    from climbs
    where y_before is null or y > y_before
),

-- The upper convex hull of the frontier: drop what lies on or below the line
-- between its neighbours, all at once, until nothing does.
{{ steps_first('hull_passes') }}
    select
        {{ key_list }},
        x,
        y,
        0 as pass,
        true as has_changed
    from frontier
    {{ steps_next() }}
    select
        {{ key_list }},
        x,
        y,
        pass + 1 as pass,
        has_dropped as has_changed
    from (
        select
            *,
            max(case when is_below then 1 else 0 end) over (
                partition by {{ key_list }}
            ) = 1 as has_dropped
        from (
            select
                {{ key_list }},
                x,
                y,
                pass,
                has_changed,
                -- Also on the hull if only the last digits differ.
                coalesce(
                    (x - x_left) * (y_right - y_left)
                    >= (1 - 1e-12) * (y - y_left) * (x_right - x_left),
                    false
                ) as is_below
            from (
                select
                    *,
                    lag(x) over same_key as x_left,
                    lag(y) over same_key as y_left,
                    lead(x) over same_key as x_right,
                    lead(y) over same_key as y_right
                from hull_passes
                window same_key as (partition by {{ key_list }} order by x)
            ) as neighboured
        ) as compared
    ) as passed
    where has_changed and not is_below
{{ steps_end() }},

hull as (
    select
        {{ key_list }},
        x,
        y
    from (
        select
            *,
            max(pass) over (partition by {{ key_list }}) as last_pass
        from hull_passes
    ) as counted
    where pass = last_pass
),

scales as (
    select
        {{ key_list }},
        min(x) as x_min,
        nullif(max(x) - min(x), 0) as x_range,
        min(y) as y_min,
        nullif(max(y) - min(y), 0) as y_range
    from points
    group by {{ key_list }}
),

flagged as (
    select
        points.*,
        (points.x - scales.x_min) / scales.x_range as x_scaled,
        (points.y - scales.y_min) / scales.y_range as y_scaled,
        frontier.x is not null as is_pareto_efficient,
        hull.x is not null as is_on_hull
    from points
    inner join scales
        on {{ same_keys('points', 'scales', keys) }}
    left join frontier
        on
            {{ same_keys('points', 'frontier', keys) }}
            and points.x = frontier.x
            and points.y = frontier.y
    left join hull
        on
            {{ same_keys('points', 'hull', keys) }}
            and points.x = hull.x
            and points.y = hull.y
),

-- On an axis where all points are equal, no two are apart.
hull_scaled as (
    select
        {% for key in keys %}hull.{{ key }}, {% endfor %}
        coalesce((hull.x - scales.x_min) / scales.x_range, 0) as x,
        coalesce((hull.y - scales.y_min) / scales.y_range, 0) as y
    from hull
    inner join scales
        on {{ same_keys('hull', 'scales', keys) }}
),

-- From each vertex to the next. The last vertex, or the only one, is a segment
-- of length 0.
segments as (
    select
        {{ key_list }},
        x as x_from,
        y as y_from,
        coalesce(lead(x) over same_key, x) - x as x_length,
        coalesce(lead(y) over same_key, y) - y as y_length
    from hull_scaled
    window same_key as (partition by {{ key_list }} order by x, y)
),

-- How far along each segment the nearest point lies, 0 to 1.
projections as (
    select
        {% for key in keys %}flagged.{{ key }}, {% endfor %}
        flagged.model,
        coalesce(flagged.x_scaled, 0) - segments.x_from as x_apart,
        coalesce(flagged.y_scaled, 0) - segments.y_from as y_apart,
        segments.x_length,
        segments.y_length,
        coalesce(
            least(
                1,
                greatest(
                    0,
                    (
                        (coalesce(flagged.x_scaled, 0) - segments.x_from)
                        * segments.x_length
                        + (coalesce(flagged.y_scaled, 0) - segments.y_from)
                        * segments.y_length
                    )
                    / nullif(
                        segments.x_length * segments.x_length
                        + segments.y_length * segments.y_length,
                        0
                    )
                )
            ),
            0
        ) as share
    from flagged
    inner join segments
        on {{ same_keys('flagged', 'segments', keys) }}
    where not flagged.is_on_hull
),

distances as (
    select
        {{ key_list }},
        model,
        -- Rounded, so that a point on the hull has a distance of exactly 0.
        round(
            min(
                sqrt(
                    power(x_apart - share * x_length, 2)
                    + power(y_apart - share * y_length, 2)
                )
            ),
            12
        ) as frontier_distance
    from projections
    group by {{ key_list }}, model
),

judged as (
    select
        flagged.*,
        case
            when flagged.is_on_hull then 0e0
            else distances.frontier_distance
        end as frontier_distance
    from flagged
    left join distances
        on
            {{ same_keys('flagged', 'distances', keys) }}
            and flagged.model = distances.model
),
{%- endmacro %}
