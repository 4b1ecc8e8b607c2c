-- flow_counts: one row per group, place and pair of events, with how many histories go from one to the other there.
-- Key: kind, place, from_event, to_event. Left out: places later than the last one asked for.
-- A null to_event: the history is over. hh, hn, nn: sums over persons of these histories squared, times all of
-- theirs, and all of theirs squared.
with told as (
    select kind, person, part, step, place,
        case when event in (select event from kept) then cast(event as varchar) else $others end as event
    from placed
),
followed as (
    select kind, person, place, event as from_event,
        lead(event) over (partition by kind, person, part order by step) as to_event
    from told
),
owned as (
    select kind, person, count(*) as n_own
    from followed
    where place = 1
    group by kind, person
),
totals as (
    select kind, cast(sum(n_own) as bigint) as n_all, count(*) as n_persons,
        cast(sum(n_own * n_own) as bigint) as nn
    from owned
    group by kind
),
made as (
    select kind, person, place, from_event, to_event, count(*) as n
    from followed
    where place <= $latest
    group by kind, person, place, from_event, to_event
),
summed as (
    select kind, place, from_event, to_event, cast(sum(n) as bigint) as n,
        cast(sum(n * n) as bigint) as hh, cast(sum(n * n_own) as bigint) as hn
    from made join owned using (kind, person)
    group by kind, place, from_event, to_event
)
select kind, place, from_event, to_event, n, n_all, n_persons, hh, hn, nn
from summed join totals using (kind)
