-- edge_counts: one row per group, edge and event that a history begins or ends with.
-- Key: kind, edge, event. Left out: events that no history begins or ends with.
-- hh, hn, nn: sums over persons of these histories squared, times all of theirs, and all of theirs squared.
with placed as (
    select kind, person, part, event,
        lag(step) over history as step_before,
        lead(step) over history as step_after
    from steps
    window history as (partition by kind, person, part order by step)
),
edges as (
    select kind, person, 'entry' as edge, event from placed where step_before is null
    union all
    select kind, person, 'exit', event from placed where step_after is null
),
owned as (
    select kind, person, count(*) as n_own from edges where edge = 'entry' group by kind, person
),
totals as (
    select kind, cast(sum(n_own) as bigint) as n_all, count(*) as n_persons,
        cast(sum(n_own * n_own) as bigint) as nn
    from owned
    group by kind
),
made as (
    select kind, person, edge, event, count(*) as n from edges group by kind, person, edge, event
),
summed as (
    select kind, edge, event, cast(sum(n) as bigint) as n,
        cast(sum(n * n) as bigint) as hh, cast(sum(n * n_own) as bigint) as hn
    from made join owned using (kind, person)
    group by kind, edge, event
)
select kind, edge, event, n, n_all, n_persons, hh, hn, nn
from summed join totals using (kind)
