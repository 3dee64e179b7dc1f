-- Grain: one row per finding about a file, an agent or a task of METR's runs.
with

files as (
    select * from {{ ref('stg_loads__files') }}
),

warnings as (
    select * from {{ ref('stg_metr__warnings') }}
),

metr_runs as (
    select * from {{ ref('stg_metr__runs') }}
),

metr_horizon_runs as (
    select * from {{ ref('stg_metr_horizon__runs') }}
),

metr_horizon_agents as (
    select * from {{ ref('int_metr_horizon_agents') }}
    where population <> 'human'
),

loader_warnings as (
    select
        warnings.warning_code as finding_code,
        files.source,
        file_id as subject,
        files.path || ': ' || warnings.detail || '; line ' || warnings.line
            as detail
    from files
    inner join warnings using (file_id)
),

extra_records as (
    select
        file_id,
        line,
        'raw.metr_runs' as raw_table
    from metr_runs
    where extra is not null
    union all
    select
        file_id,
        line,
        'raw.metr_horizon_runs' as raw_table
    from metr_horizon_runs
    where extra is not null
),

extra_fields as (
    select
        'extra_fields' as finding_code,
        files.source,
        file_id as subject,
        min(files.path) || ': ' || count(*)
        || ' record(s) have fields that the format does not define or that'
        || ' cannot be read, the first in line ' || min(extra_records.line)
        || '; the column extra of '
        || min(extra_records.raw_table) || ' keeps them, no view reads them'
            as detail
    from files
    inner join extra_records using (file_id)
    group by files.source, file_id
),

impossible_times as (
    select
        'impossible_times' as finding_code,
        files.source,
        file_id as subject,
        min(files.path) || ': ' || count(*)
        || ' run(s) end before they start or over a year later, or start before'
        || ' 1971 or after 2200, as times in seconds, micro- or nanoseconds do,'
        || ' the first in line ' || min(metr_horizon_runs.line)
        || '; their latency is unknown' as detail
    from files
    inner join metr_horizon_runs using (file_id)
    where metr_horizon_runs.has_impossible_times
    group by files.source, file_id
),

-- A verdict can have another threshold than 0 or 1 where people's score is that
-- low or that high.
verdict_counts as (
    select
        file_id,
        count(*) filter (
            where is_reported_success
            and score <= 0
            and (human_score is null or human_score > score)
        ) as passed_count,
        count(*) filter (
            where not is_reported_success
            and score >= 1
            and (human_score is null or human_score <= score)
        ) as failed_count
    from metr_horizon_runs
    group by file_id
),

differing_verdicts as (
    select
        'verdict_differs_from_score' as finding_code,
        files.source,
        file_id as subject,
        files.path || ': of its runs '
        || verdict_counts.passed_count || ' are a success with '
        || 'the score 0, and '
        || verdict_counts.failed_count || ' a failure with the score 1:'
        || ' accuracy goes by the score, the success rule reported by the '
        || 'verdict' as detail
    from files
    inner join verdict_counts using (file_id)
    where verdict_counts.passed_count + verdict_counts.failed_count > 0
),

shared_names as (
    select
        'shared_agent_name' as finding_code,
        source,
        agent as subject,
        'its runs name '
        || case
            when scaffold_count > 1
                then
                    scaffold_count || ' scaffolds, such as ' || first_scaffold
                    || ' and ' || last_scaffold
            else ''
        end
        || case
            when scaffold_count > 1 and model_code_count > 1 then ', and '
            else ''
        end
        || case
            when model_code_count > 1
                then
                    model_code_count || ' models, such as ' || first_model_code
                    || ' and ' || last_model_code
            else ''
        end
        || '; they count as one agent' as detail
    from metr_horizon_agents
    where scaffold_count > 1 or model_code_count > 1
),

differing_versions as (
    select
        'task_version_differs' as finding_code,
        source,
        {{ escaped('benchmark', '/') }} || '/' || task_id as subject,
        'its runs name ' || count(distinct task_version)
        || ' versions of it, such as ' || min(task_version) || ' and '
        || max(task_version) || '; they count as one task' as detail
    from metr_horizon_runs
    group by source, benchmark, task_id
    having count(distinct task_version) > 1
),

final as (
    {{ union_findings([
        'loader_warnings',
        'extra_fields',
        'impossible_times',
        'differing_verdicts',
        'shared_names',
        'differing_versions',
    ]) }}
)

select * from final
