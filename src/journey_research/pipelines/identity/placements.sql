-- placements: one row per record that was in a person after a run: in which, which event put it there
-- (placed), and which event began the person (born). Key: record_id.
-- Left out: records that have left, and all that came after the run; null asks for the last run.
with last_events as (
    select record_id, max(event_number) as placed
    from person_events
    where record_id is not null
        and (cast($run_number as bigint) is null or run_number <= cast($run_number as bigint))
    group by record_id
),
births as (
    select person_id, event_number as born
    from person_events
    where record_id is null and event in ('created', 'split')
)
select last_events.record_id, person_events.person_id, last_events.placed, births.born
from last_events
join person_events on person_events.event_number = last_events.placed
join births on births.person_id = person_events.person_id
where person_events.event = 'moved'
