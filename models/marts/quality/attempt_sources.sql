-- Grain: one row per attempt: the file and the position in it that it came
-- from.
with

attempts as (
    select * from {{ ref('attempts') }}
),

files as (
    select * from {{ ref('load_report') }}
),

open_commands as (
    select
        format,
        command,
        -- Any ending, if the seed gives none.
        coalesce(ending, '') as ending
    from {{ ref('open_commands') }}
),

positions as (
    select * from {{ ref('int_attempt_positions') }}
),

-- The longest matching ending decides; `*` is any format.
ranked_commands as (
    select
        files.file_id,
        files.path,
        open_commands.command,
        row_number() over (
            partition by files.file_id
            order by
                case when open_commands.format = '*' then 1 else 0 end asc,
                length(open_commands.ending) desc
        ) as command_rank
    from files
    inner join open_commands
        on
            open_commands.format in (files.format, '*')
            and right(files.path, length(open_commands.ending))
            = open_commands.ending
),

final as (
    select
        attempts.attempt_id,
        ranked_commands.path,
        coalesce('line ' || positions.line_number, positions.json_pointer)
            as position,
        -- The pointer comes last, so that nothing in it is taken for a
        -- placeholder.
        replace(
            replace(
                replace(
                    ranked_commands.command,
                    '{path}',
                    {{ shell_quoted('ranked_commands.path') }}
                ),
                '{line}',
                coalesce(cast(positions.line_number as string), '1')
            ),
            '{pointer}',
            {{ shell_quoted("coalesce(positions.json_pointer, '')") }}
        ) as open_command
    from attempts
    inner join ranked_commands
        on
            attempts.file_id = ranked_commands.file_id
            and ranked_commands.command_rank = 1
    left join positions
        on
            attempts.attempt_id = positions.attempt_id
            and attempts.file_id = positions.file_id
)

select * from final
