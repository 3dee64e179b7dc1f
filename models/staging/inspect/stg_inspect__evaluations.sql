-- Grain: one row per Inspect log.
with

source as (
    select
        *,
        -- The plan's generation config overrides the model's.
        {{ configured_effort_columns(
            ['plan_config', 'model_config', 'model_args'],
            ['$.{}', '$.extra_body.{}'],
            ['plan_effort', 'model_effort'],
        ) }}
    from {{ source('raw', 'inspect_evaluations') }}
),

renamed as (
    select
        ---------- ids
        'inspect:' || eval_id as evaluation_id,
        file_id,
        eval_id,
        'inspect' as source,
        -- A retry has the task_id of the run that it repeats; other writers
        -- leave it empty, or give it to the runs of several models.
        coalesce(
            nullif(trim(task_id), '') || '/' || model || '/'
            || split_part(task, '/', -1),
            eval_id
        ) as retry_group,
        run_id,
        eval_set_id,

        ---------- text
        container,
        coalesce(status, 'unknown') as status,
        -- Without the namespace.
        coalesce(
            nullif(
                case
                    when contains(task, '/')
                        then trim(substr(task, position('/' in task) + 1))
                end,
                ''
            ),
            task
        ) as benchmark,
        task_version,
        task_args,
        plan_config,
        model_config,
        model as full_model,
        coalesce(
            nullif(
                case
                    when contains(model, '/')
                        then substr(model, position('/' in model) + 1)
                end,
                ''
            ),
            model
        ) as model_alias,
        {{ configured_effort() }} as reasoning_effort,
        nullif(trim(solver), '') as solver,
        headline_scorer,
        headline_score,
        headline_metric,
        headline_reducer,
        first_scorer,
        error_message,
        samples_read_from,
        writer_version,

        ---------- numerics
        -- Also for 0.3.95.dev16+g6527d08 and 0.3.43+d20250101.
        {%- for factor in [1000000, 1000, 1] %}
        {{ '+ ' if not loop.first }}try_cast(
            regexp_extract(
                writer_version,
                '^([0-9]+)[.]([0-9]+)[.]([0-9]+)',
                {{ loop.index }}
            ) as bigint
        ) * {{ factor }}
        {%- endfor %}
            as writer_number,
        version,
        epochs,
        dataset_samples,
        total_samples,
        completed_samples,
        log_update_count,

        ---------- booleans
        is_invalidated,
        coalesce(is_metric_declared, false) as is_metric_declared,
        coalesce(epochs_reducer = '[]', false) as is_unreduced,
        config_limit is not null or config_sample_id is not null
            as is_partial,
        log_samples,

        ---------- timestamps
        {{ utc_timestamp('created') }} as created_at,
        {{ utc_timestamp('started_at') }} as started_at,
        {{ utc_timestamp('completed_at') }} as completed_at
    from source
)

select * from renamed
