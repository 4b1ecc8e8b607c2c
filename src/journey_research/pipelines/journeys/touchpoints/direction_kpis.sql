-- direction_kpis: one row per direction: its touches, the journeys that begin with it, and what intervals take.
-- Key: direction. Left out: touches without a person, of bots, and without a direction.
with met as (
    select stitched.touch_id, stitched.person_id, stitched.journey_id, stitched.touch_number, touches.direction
    from (select touch_id, person_id, journey_id, touch_number from journey_touches) as stitched
    join touches on stitched.touch_id = touches.touch_id
),
touched as (
    select direction, person_id, count(*) as n_hits from met group by direction, person_id
),
owned as (
    select person_id, count(*) as n from met group by person_id
),
begun as (
    select met.direction, met.person_id, count(*) as n,
        count(case when journeys.outcome = 'converted' then 1 end) as n_hits
    from met
    join journeys on met.journey_id = journeys.journey_id
    where met.touch_number = 1
    group by met.direction, met.person_id
),
totals as (
    select cast(sum(n) as bigint) as n, count(*) as n_persons, cast(sum(n * n) as bigint) as nn from owned
),
journey_counts as (
    select direction, count(*) as n_persons,
        cast(sum(n) as bigint) as n, cast(sum(n_hits) as bigint) as n_hits,
        cast(sum(n_hits * n_hits) as bigint) as hh, cast(sum(n_hits * n) as bigint) as hn,
        cast(sum(n * n) as bigint) as nn
    from begun
    group by direction
),
touch_counts as (
    select touched.direction, count(*) as n_direction_persons,
        cast(sum(touched.n_hits) as bigint) as n_hits,
        cast(sum(touched.n_hits * touched.n_hits) as bigint) as hh,
        cast(sum(touched.n_hits * owned.n) as bigint) as hn
    from touched join owned on touched.person_id = owned.person_id
    group by touched.direction
)
select touch_counts.direction, touch_counts.n_direction_persons, touch_counts.n_hits,
    totals.n, totals.n_persons, touch_counts.hh, touch_counts.hn, totals.nn,
    coalesce(journey_counts.n, 0) as n_journeys,
    journey_counts.n_persons as n_beginners,
    journey_counts.n_hits as n_converted,
    journey_counts.hh as journey_hh, journey_counts.hn as journey_hn, journey_counts.nn as journey_nn
from touch_counts
cross join totals
left join journey_counts on touch_counts.direction = journey_counts.direction
order by touch_counts.direction
