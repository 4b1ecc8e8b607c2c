-- early_events: one row per event of the first steps of histories, with how many steps it is.
-- Key: event. Left out: later steps.
select event, count(*) as n
from placed
where place <= $latest
group by event
