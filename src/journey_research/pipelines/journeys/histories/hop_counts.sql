-- hop_counts: one row per group and event (null: all of them), with how often the next event is another.
-- Key: kind, event. Left out: the last event of each history, which nothing follows.
-- hh, hn, nn: sums over persons of hops squared, times all followed events, and those squared.
with followed as (
    select kind, person, event, lead(event) over history as next_event
    from steps
    window history as (partition by kind, person, part order by step)
),
made as (
    select kind, person, event, count(*) as n_own, count_if(event <> next_event) as n
    from followed
    where next_event is not null
    group by kind, person, event
),
told as (
    select kind, person, event, n_own, n from made
    union all
    select kind, person, null, cast(sum(n_own) as bigint), cast(sum(n) as bigint)
    from made
    group by kind, person
)
select kind, event,
    cast(sum(n) as bigint) as n, cast(sum(n_own) as bigint) as n_all, count(*) as n_persons,
    cast(sum(n * n) as bigint) as hh, cast(sum(n * n_own) as bigint) as hn, cast(sum(n_own * n_own) as bigint) as nn
from told
group by kind, event
