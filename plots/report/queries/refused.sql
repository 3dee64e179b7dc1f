select
    parse_filename(path) as file,
    line,
    position,
    reason_code,
    detail
from quarantine
order by file, line, position, file_id
limit 2000
