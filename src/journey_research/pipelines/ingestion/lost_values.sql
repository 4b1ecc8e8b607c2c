-- lost_values: one row per source, field and reason: in how many rows a value had no form.
-- Key: source, field, reason. A row that stands in two files counts twice.
select source, field, reason, cast(sum(n_rows) as bigint) as n_rows
from mapped_lost_values
group by source, field, reason
