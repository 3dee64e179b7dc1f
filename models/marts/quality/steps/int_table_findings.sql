-- Grain: one row per finding about a table of attempts.
with

attempts as (
    select * from {{ ref('stg_table__attempts') }}
),

columns as (
    select * from {{ ref('stg_table__columns') }}
),

files as (
    select * from {{ ref('stg_loads__files') }}
),

task_facts as (
    select * from {{ ref('task_facts') }}
),

-- A table that is in two files has the same ids in both.
unnumbered as (
    select
        source,
        evaluation_id,
        task_id,
        attempt_id,
        min(file_id) as file_id
    from attempts
    where attempt is null
    group by source, evaluation_id, task_id, attempt_id
),

repeated_tasks as (
    select
        source,
        evaluation_id,
        task_id
    from unnumbered
    group by source, evaluation_id, task_id
    having count(*) > 1
),

repeated_rows as (
    select
        source,
        unnumbered.file_id,
        count(*) as row_count
    from unnumbered
    inner join repeated_tasks using (source, evaluation_id, task_id)
    group by source, unnumbered.file_id
),

unnumbered_repeats as (
    select
        'attempt_number_missing' as finding_code,
        source,
        file_id as subject,
        row_count || ' rows share agent and task with '
        || 'another one, and no column tells attempts apart: each counts as a '
        || 'repeat' as detail
    from repeated_rows
),

verdict_counts as (
    select
        source,
        file_id,
        count(*) filter (where is_reported_success and score = 0) as passed,
        count(*) filter (where not is_reported_success and score = 1)
            as failed,
        count(*) filter (
            where is_reported_success is not null and score is null
        ) as unscored
    from attempts
    group by source, file_id
),

verdicts as (
    select
        'verdict_differs_from_score' as finding_code,
        source,
        file_id as subject,
        'of its rows with a verdict ' || passed || ' are a success with the '
        || 'score 0, ' || failed || ' a failure with the score 1, and '
        || unscored || ' have no score: accuracy goes by the score, the '
        || 'success rule reported by the verdict' as detail
    from verdict_counts
    where passed + failed + unscored > 0
),

verdict_shares as (
    select
        source,
        count(*) as scored_count,
        count(*) filter (where is_reported_success is null) as unjudged_count
    from attempts
    where score is not null
    group by source
),

missing_verdicts as (
    select
        'verdict_missing' as finding_code,
        source,
        source as subject,
        unjudged_count || ' of ' || scored_count
        || ' attempts with a score have no verdict: the success rule reported, '
        || 'by which the headlines go, leaves them out, and agents without any '
        || 'go by half_credit' as detail
    from verdict_shares
    where unjudged_count between 1 and scored_count - 1
),

unused_columns as (
    select
        'unused_column' as finding_code,
        files.source,
        file_id || ':' || columns.name as subject,
        files.path || ': ' || columns.name || ' stays an attribute; it may be '
        || columns.looks_like as detail
    from columns
    inner join files using (file_id)
    where columns.looks_like is not null
),

counts as (
    select
        source,
        count(attempts.human_minutes)
        + count(task_facts.human_minutes) as human_minutes_count,
        count(attempts.action_count) as action_count_count,
        count(attempts.latency_seconds) as latency_count,
        count(attempts.cost_usd) as cost_count,
        count(attempts.input_tokens)
        + count(attempts.output_tokens)
        + count(attempts.total_tokens) as tokens_count
    from attempts
    left join task_facts using (source, benchmark, task_id)
    group by source
),

missing_columns as (
    select
        'column_not_there' as finding_code,
        source,
        source as subject,
        substr(
            {%- for count, consequence in {
                'human_minutes_count': 'no human_minutes: no time horizons',
                'action_count_count': 'no action_count: no views of actions',
                'latency_count': 'no latency_seconds: no latency frontier',
                'cost_count': 'no cost_usd: no cost frontier',
                'tokens_count': 'no tokens: no views of token use',
            }.items() %}
            case when {{ count }} = 0 then '; {{ consequence }}' else '' end
            {{- ' ||' if not loop.last }}
            {%- endfor %},
            3
        ) as detail
    from counts
),

named_missing_columns as (
    select * from missing_columns
    where detail <> ''
),

final as (
    {{ union_findings([
        'unnumbered_repeats',
        'verdicts',
        'missing_verdicts',
        'unused_columns',
        'named_missing_columns',
    ]) }}
)

select * from final
