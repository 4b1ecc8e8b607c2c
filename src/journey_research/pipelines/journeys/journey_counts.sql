-- journey_counts: one row: how many there are of everything that the stage makes.
-- Key: none, one row. Left out: nothing.
with decided as (
    select journey_id
    from journey_touches
    group by journey_id
    having micros(max(touched_at)) + $max_gap_us < (select max(micros(as_of)) from as_of)
)
select
    (select count(distinct person_id) from journey_touches) as n_persons,
    (select count(distinct session_id) from journey_touches) as n_sessions,
    (select count(*) from journeys) as n_journeys,
    (select count(*) from journeys where outcome = 'converted') as n_converted,
    (select count(*) from journeys join decided using (journey_id)) as n_decided,
    (select count(*) from journeys join decided using (journey_id) where outcome = 'converted')
        as n_decided_converted,
    (select count(*) from closed_journeys) as n_outcomes,
    (select count(*) from closed_journeys where not is_touched) as n_untouched,
    (select count(*) from closed_journeys where journey_id is null) as n_without_journey
