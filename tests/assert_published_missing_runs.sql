-- The study's list of runs that should exist and do not: 14. One of them does:
-- the SeeAct run of claude-3-7-sonnet that thinks with high effort, which the
-- study takes for the model without; so 13.
with

published (benchmark, scaffold, model) as (
    values
    ('assistantbench', 'Assistantbench Browser Agent', 'o3-2025-04-16'),
    (
        'colbench_backend_programming',
        'Col-bench Text',
        'claude-3-7-sonnet-2025-02-19 high'
    ),
    ('colbench_backend_programming', 'Col-bench Text', 'o3-2025-04-16'),
    (
        'colbench_backend_programming',
        'Col-bench Text',
        'o4-mini-2025-04-16 high'
    ),
    ('colbench_backend_programming', 'HAL Generalist Agent', 'o3-2025-04-16'),
    (
        'colbench_backend_programming',
        'HAL Generalist Agent',
        'o4-mini-2025-04-16 low'
    ),
    (
        'colbench_frontend_design',
        'Col-bench Text',
        'claude-3-7-sonnet-2025-02-19 high'
    ),
    ('colbench_frontend_design', 'Col-bench Text', 'gpt-4.1-2025-04-14'),
    ('colbench_frontend_design', 'Col-bench Text', 'o3-2025-04-16'),
    ('colbench_frontend_design', 'HAL Generalist Agent', 'o3-2025-04-16'),
    ('online_mind2web', 'SeeAct', 'claude-3-7-sonnet-2025-02-19 high'),
    ('scicode', 'HAL Generalist Agent', 'o3-2025-04-16'),
    (
        'swebench_verified_mini',
        'HAL Generalist Agent',
        'claude-3-7-sonnet-2025-02-19 high'
    ),
    ('usaco', 'USACO Episodic + Semantic', 'gemini-2.0-flash')
),

figures as (
    select * from published
    {%- if var('apply_corrections') %}
    where
        not (
            benchmark = 'online_mind2web'
            and scaffold = 'SeeAct'
            and model = 'claude-3-7-sonnet-2025-02-19 high'
        )
    {%- endif %}
),

missing as (
    select
        benchmark,
        scaffold,
        model
    from {{ ref('coverage') }}
    where
        source = 'hal'
        and is_expected
        and not is_loaded
)

select
    coalesce(figures.benchmark, missing.benchmark) as benchmark,
    coalesce(figures.scaffold, missing.scaffold) as scaffold,
    coalesce(figures.model, missing.model) as model
from figures
full join missing
    on
        figures.benchmark = missing.benchmark
        and figures.scaffold = missing.scaffold
        and figures.model = missing.model
where
    {{ published_data_is_loaded('hal_traces') }}
    and (figures.model is null or missing.model is null)
