-- transition_counts: one row per group and pair of events that follow each other in a history.
-- Key: kind, from_event, to_event. Left out: pairs that nobody has.
-- A null from_event is the start of a history, a null to_event its end. hh, hn, nn: sums over persons of
-- these transitions squared, times all of theirs from the event, and all of theirs from it squared.
with followed as (
    select kind, person, event,
        lead(event) over history as next_event,
        row_number() over history as place
    from steps
    window history as (partition by kind, person, part order by step)
),
pairs as (
    select kind, person, event as from_event, next_event as to_event from followed
    union all
    select kind, person, null, event from followed where place = 1
),
made as (
    select kind, person, from_event, to_event, count(*) as n
    from pairs
    group by kind, person, from_event, to_event
),
owned as (
    select *,
        cast(sum(n) over (partition by kind, person, from_event) as bigint) as n_own,
        row_number() over (partition by kind, person, from_event order by to_event) as place
    from made
),
totals as (
    select kind, from_event,
        cast(sum(n_own) as bigint) as n_all, count(*) as n_persons,
        cast(sum(n_own * n_own) as bigint) as nn
    from owned
    where place = 1
    group by kind, from_event
),
summed as (
    select kind, from_event, to_event,
        cast(sum(n) as bigint) as n,
        cast(sum(n * n) as bigint) as hh,
        cast(sum(n * n_own) as bigint) as hn,
        count(*) as n_movers
    from owned
    group by kind, from_event, to_event
)
select summed.kind, summed.from_event, summed.to_event, n, n_movers, n_all, n_persons, hh, hn, nn
from summed join totals
    on summed.kind = totals.kind and summed.from_event is not distinct from totals.from_event
