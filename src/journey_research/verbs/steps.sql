-- steps: one row per event and step, with how many persons are there.
-- Key: event, step. Left out: steps later than the last one asked for; pairs without a person.
select event, step, count(*) as n
from ordered_events
where step <= $steps
group by event, step
