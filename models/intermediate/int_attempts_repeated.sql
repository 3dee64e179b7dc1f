-- Grain: one row per attempt id that more than one file holds.
-- The loader resolves repeats within a file; repeats across files are resolved
-- here.
{%- set measures = [
    'input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens',
    'reasoning_tokens', 'total_tokens', 'cost_usd', 'latency_seconds',
    'started_at',
] %}
with

attempts as (
    select * from {{ ref('int_attempts_unioned') }}
),

repeated_ids as (
    select attempt_id
    from attempts
    group by attempt_id
    having count(*) > 1
),

repeated_attempts as (
    select
        attempts.*,
        row_number() over (
            partition by attempts.attempt_id
            order by
                {% for measure in measures -%}
                case when attempts.{{ measure }} is null then 0 else 1 end
                {{- ' + ' if not loop.last }}
                {% endfor -%} desc,
                attempts.file_id asc
        ) as fullness_rank
    from attempts
    inner join repeated_ids
        on attempts.attempt_id = repeated_ids.attempt_id
),

compared as (
    select
        attempt_id,
        source,
        count(*) as record_count,
        min(case when fullness_rank = 1 then file_id end) as fullest_file_id,
        -- Null and a value count as different, so null is compared as empty
        -- text.
        {%- for column in [
            'task_family',
            'task_id',
            'agent',
            'score',
            'status',
            'action_count',
            'human_minutes',
            'is_reported_success',
        ] %}
        {{ 'or ' if not loop.first }}count(
            distinct coalesce(cast({{ column }} as string), '')
        ) > 1
        {%- endfor %}
        -- One release of a file may have fields that another leaves out.
        {%- for measure in measures %}
        or count(distinct {{ measure }}) > 1
        {%- endfor %}
            as is_conflicting
    from repeated_attempts
    group by attempt_id, source
),

final as (
    select
        attempt_id,
        source,
        record_count,
        is_conflicting,
        -- Of copies that agree, the most complete one is kept. Of conflicting
        -- copies none is kept, since nothing says which is right; data_findings
        -- names them.
        case when not is_conflicting then fullest_file_id end as kept_file_id
    from compared
)

select * from final
