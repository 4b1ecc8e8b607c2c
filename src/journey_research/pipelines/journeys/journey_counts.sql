-- journey_counts: one row: how many there are of everything that the stage makes.
-- Key: none, one row. Left out: nothing.
with decided as (
    select journey_id
    from journey_touches
    group by journey_id
    having micros(max(touched_at)) + $max_gap_us < (select max(micros(as_of)) from as_of)
),
judged as (
    select journeys.person_id,
        case when outcome = 'converted' then 1 else 0 end as is_hit,
        case when decided.journey_id is null then 0 else 1 end as is_decided
    from journeys left join decided on journeys.journey_id = decided.journey_id
),
by_person as (
    select person_id, count(*) as n, sum(is_hit) as hits,
        sum(is_decided) as n_decided, sum(is_decided * is_hit) as hits_decided
    from judged
    group by person_id
)
select
    (select count(distinct person_id) from journey_touches) as n_persons,
    (select count(distinct session_id) from journey_touches) as n_sessions,
    (select count(*) from journeys) as n_journeys,
    (select count(*) from journeys where outcome = 'converted') as n_converted,
    (select count(*) from journeys join decided using (journey_id)) as n_decided,
    (select count(*) from journeys join decided using (journey_id) where outcome = 'converted')
        as n_decided_converted,
    (select count(*) from by_person) as n_walkers,
    (select count(*) from by_person where n_decided > 0) as n_decided_walkers,
    (select cast(coalesce(sum(n * n), 0) as bigint) from by_person) as nn,
    (select cast(coalesce(sum(hits * n), 0) as bigint) from by_person) as hn,
    (select cast(coalesce(sum(hits * hits), 0) as bigint) from by_person) as hh,
    (select cast(coalesce(sum(n_decided * n_decided), 0) as bigint) from by_person) as decided_nn,
    (select cast(coalesce(sum(hits_decided * n_decided), 0) as bigint) from by_person) as decided_hn,
    (select cast(coalesce(sum(hits_decided * hits_decided), 0) as bigint) from by_person) as decided_hh,
    (select count(*) from closed_journeys) as n_outcomes,
    (select count(*) from closed_journeys where not is_touched) as n_untouched,
    (select count(*) from closed_journeys where journey_id is null) as n_without_journey
