{#- A query of the next step, for every open block of `steps`
    (component_number, block_number, model_number, step, has_converged, and for
    each k below `width` x_k, r_k, p_k), of conjugate gradients: x with
    x - S x = b, where S are the weights of `links` (model_number,
    opponent_number, weight) and b starts as r and p. A component of n models
    needs n - 1 steps at most, and a dozen where all models meet. A column ends
    once the squared length of what is left, r, is below 1e-20. -#}
{% macro conjugate_gradient_step(steps, width, limit) -%}
{%- set columns = range(width) -%}
{%- set dot = "cast(sum(cast({} as decimal(38, 24))) over (
            partition by component_number, block_number
        ) as double)" -%}
with

linked as (
    select
        own.block_number,
        own.model_number,
        {%- for k in columns %}
        {{ rounded_sum('links.weight * opponent.p_' ~ k, 40) }} as linked_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ steps }} as own
    inner join links
        on own.model_number = links.model_number
    inner join {{ steps }} as opponent
        on
            own.block_number = opponent.block_number
            and links.opponent_number = opponent.model_number
    where not own.has_converged
    group by own.block_number, own.model_number
),

products as (
    select
        {{ steps }}.*,
        {%- for k in columns %}
        {{ steps }}.p_{{ k }} - linked.linked_{{ k }} as q_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ steps }}
    inner join linked
        on {{ same_keys(steps, 'linked', ['block_number', 'model_number']) }}
),

lengths as (
    select
        *,
        {%- for k in columns %}
        {{ dot.format('r_%d * r_%d' % (k, k)) }} as rr_{{ k }},
        {{ dot.format('p_%d * q_%d' % (k, k)) }} as pq_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from products
),

rates as (
    select
        *,
        {%- for k in columns %}
        case when rr_{{ k }} > 1e-20 then rr_{{ k }} / pq_{{ k }} else 0 end
            as rate_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from lengths
),

moves as (
    select
        component_number,
        block_number,
        model_number,
        step,
        {%- for k in columns %}
        x_{{ k }} + rate_{{ k }} * p_{{ k }} as x_{{ k }},
        r_{{ k }} - rate_{{ k }} * q_{{ k }} as r_{{ k }},
        p_{{ k }},
        rr_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from rates
),

new_lengths as (
    select
        *,
        {%- for k in columns %}
        {{ dot.format('r_%d * r_%d' % (k, k)) }} as new_rr_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from moves
),

next_steps as (
    select
        component_number,
        block_number,
        model_number,
        step + 1 as step,
        greatest(
            {%- for k in columns %}
            new_rr_{{ k }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) <= 1e-20 or step + 1 = {{ limit }} as has_converged,
        {%- for k in columns %}
        x_{{ k }},
        r_{{ k }},
        r_{{ k }} + case
            when rr_{{ k }} > 1e-20 then new_rr_{{ k }} / rr_{{ k }} else 0
        end * p_{{ k }} as p_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from new_lengths
)

select * from next_steps
{%- endmacro %}
