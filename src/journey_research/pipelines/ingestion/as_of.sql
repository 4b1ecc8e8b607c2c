-- as_of: one row, the instant a run looks from.
-- Key: as_of. The instant asked for, else the last in the data, else the epoch.
with instants as (
    select max(touched_at) as seen_at from touches
    union all
    select max(ordered_at) as seen_at from orders
    union all
    select max(stated_at) as seen_at from consents
)
select coalesce(cast($asked as timestamp), max(seen_at), cast('1970-01-01' as timestamp)) as as_of
from instants
