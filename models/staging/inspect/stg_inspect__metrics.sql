-- Grain: one row per metric that an Inspect log reports.
with

source as (
    select * from {{ source('raw', 'inspect_metrics') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        score_number,
        metric_number,
        metric_key,
        scorer,
        score,
        metric,
        reducer,

        ---------- text
        metric_group,
        value_text,
        {{ json_value('metric_params', "'$.cluster'") }} as cluster_field,
        {{ json_value('metric_params', "'$.group_key'") }} as group_field,
        coalesce(
            {{ json_value('metric_params', "'$.all_label'") }}, 'all'
        ) as whole_label,

        ---------- numerics
        value,
        scored_samples,
        unscored_samples
    from source
)

select * from renamed
