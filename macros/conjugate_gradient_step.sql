{#- The query of the next step of conjugate gradients, for every open block of `steps`
    (component_number, block_number, model_number, step, has_converged, and x_k, r_k,
    p_k for each k below `width`). Solves x - S x = b, where S are the weights in
    `links` (model_number, opponent_number, weight), and r and p start as b. A component
    of n models needs at most n - 1 steps, and about a dozen if every model meets every
    other one. A column ends when the squared length of the residual r is below
    1e-20. -#}
{% macro conjugate_gradient_step(steps, width, limit) -%}
{%- set columns = range(width) -%}
{%- set keys = ['component_number', 'block_number'] -%}
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
        component_number,
        block_number,
        {%- for k in columns %}
        {{ exact_sum('r_%d * r_%d' % (k, k), 24) }} as rr_{{ k }},
        {{ exact_sum('p_%d * q_%d' % (k, k), 24) }} as pq_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from products
    group by component_number, block_number
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
        products.component_number,
        products.block_number,
        products.model_number,
        products.step,
        {%- for k in columns %}
        products.x_{{ k }} + rates.rate_{{ k }} * products.p_{{ k }} as x_{{ k }},
        products.r_{{ k }} - rates.rate_{{ k }} * products.q_{{ k }} as r_{{ k }},
        products.p_{{ k }},
        rates.rr_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from products
    inner join rates
        on {{ same_keys('products', 'rates', keys) }}
),

new_lengths as (
    select
        component_number,
        block_number,
        {%- for k in columns %}
        {{ exact_sum('r_%d * r_%d' % (k, k), 24) }} as rr_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from moves
    group by component_number, block_number
),

next_steps as (
    select
        moves.component_number,
        moves.block_number,
        moves.model_number,
        moves.step + 1 as step,
        greatest(
            {%- for k in columns %}
            new_lengths.rr_{{ k }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) <= 1e-20 or moves.step + 1 = {{ limit }} as has_converged,
        {%- for k in columns %}
        moves.x_{{ k }},
        moves.r_{{ k }},
        moves.r_{{ k }} + case
            when moves.rr_{{ k }} > 1e-20
                then new_lengths.rr_{{ k }} / moves.rr_{{ k }}
            else 0
        end * moves.p_{{ k }} as p_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from moves
    inner join new_lengths
        on {{ same_keys('moves', 'new_lengths', keys) }}
)

select * from next_steps
{%- endmacro %}
