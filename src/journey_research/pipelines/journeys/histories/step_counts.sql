-- step_counts: one row per group, place and event, with how many histories have it there.
-- Key: kind, place, is_any, event. Left out: places that are not asked for.
-- is_any: histories that have some event there, whichever; the event then named says nothing. hh, hn, nn: sums
-- over persons of histories that have it squared, times all of theirs, and all of theirs squared.
with walked as (
    select kind, person, count(*) as n_own
    from placed
    where place = $origin
    group by kind, person
),
totals as (
    select kind, cast(sum(n_own) as bigint) as n_all, count(*) as n_persons,
        cast(sum(n_own * n_own) as bigint) as nn
    from walked
    group by kind
),
here as (
    select kind, person, place, event, count(*) as n
    from placed
    where place between $earliest and $latest
    group by kind, person, place, event
),
anywhere as (
    select kind, person, place, min(event) as event, cast(sum(n) as bigint) as n
    from here
    group by kind, person, place
),
summed as (
    select kind, place, false as is_any, event,
        cast(sum(n) as bigint) as n,
        cast(sum(n * n) as bigint) as hh,
        cast(sum(n * n_own) as bigint) as hn
    from here join walked using (kind, person)
    group by kind, place, event
    union all
    select kind, place, true, min(event),
        cast(sum(n) as bigint),
        cast(sum(n * n) as bigint),
        cast(sum(n * n_own) as bigint)
    from anywhere join walked using (kind, person)
    group by kind, place
)
select kind, place, is_any, event, n, n_all, n_persons, hh, hn, nn
from summed join totals using (kind)
