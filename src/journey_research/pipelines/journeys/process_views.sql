-- process_views: one row per initiative and direction, and one of them all, with the sums for an interval by
-- person.
-- Key: initiative, direction. Left out: views without a touch.
with told as (
    select journey_touches.person_id, journey_touches.initiative, touches.direction, touches.record_id
    from journey_touches join touches on touches.touch_id = journey_touches.touch_id
),
totals as (
    select person_id, count(*) as n
    from told
    group by person_id
),
summed as (
    select count(*) as n_persons_all, cast(coalesce(sum(n), 0) as bigint) as n_all,
        cast(coalesce(sum(n * n), 0) as bigint) as nn
    from totals
),
walked as (
    select initiative, direction, person_id, count(*) as hits
    from told
    group by initiative, direction, person_id
    union all
    select 'all', 'all', person_id, n
    from totals
),
converted as (
    select distinct person_id from outcomes
),
counted as (
    select initiative, direction,
        cast(sum(hits) as bigint) as n_touches,
        count(*) as n_persons,
        count(converted.person_id) as n_converted,
        cast(sum(hits * hits) as bigint) as hh,
        cast(sum(hits * n) as bigint) as hn
    from walked
    join totals on totals.person_id = walked.person_id
    left join converted on converted.person_id = walked.person_id
    group by initiative, direction
),
unresolved as (
    select initiative, direction, count(distinct record_id) as n_records
    from told
    group by initiative, direction
    union all
    select 'all', 'all', count(distinct record_id)
    from told
)
select counted.initiative, counted.direction, n_touches, n_records, n_persons, n_converted,
    hh, hn, nn, n_all, n_persons_all
from counted
join unresolved on unresolved.initiative = counted.initiative and unresolved.direction = counted.direction
cross join summed
