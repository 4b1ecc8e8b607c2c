-- event_names: one row per event, with its number in their order, from 1.
-- Key: number. Left out: nothing.
select event, row_number() over (order by event) as number
from steps
group by event
