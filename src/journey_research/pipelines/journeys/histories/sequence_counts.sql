-- sequence_counts: one row per group and sequence, with how many of the group's histories hold it.
-- Key: kind, sequence. Left out: sequences that no history of the group holds.
-- hh, hn, nn: sums over persons of these histories squared, times all of theirs, and all of theirs squared.
with walked as (
    select kind, person, number, count(*) as n
    from histories join paths using (path)
    group by kind, person, number
),
owned as (
    select kind, person, cast(sum(n) as bigint) as n_own from walked group by kind, person
),
totals as (
    select kind, cast(sum(n_own) as bigint) as n_all, count(*) as n_persons,
        cast(sum(n_own * n_own) as bigint) as nn
    from owned
    group by kind
),
made as (
    select kind, person, sequence, cast(sum(n) as bigint) as n
    from walked join held using (number)
    group by kind, person, sequence
),
summed as (
    select kind, sequence, count(*) as n_holders,
        cast(sum(n) as bigint) as n, cast(sum(n * n) as bigint) as hh, cast(sum(n * n_own) as bigint) as hn
    from made join owned using (kind, person)
    group by kind, sequence
)
select summed.kind, sequence, n, n_holders, n_all, n_persons, hh, hn, nn
from summed join totals using (kind)
