select
    source,
    parse_filename(path) as file,
    format,
    status,
    record_count,
    loaded_count,
    quarantined_count,
    size_bytes,
    left(sha256, 12) as sha256_start,
    note
from load_report
order by source, file, sha256, file_id
limit 2000
