-- variants: one row per group and distinct history, with how many have it.
-- Key: kind, path. Left out: nothing.
-- hh, hn, nn: sums over persons of these histories squared, times all of theirs, and all of theirs squared.
with histories as (
    select kind, person, part, count(*) as n_events,
        string_agg(cast(event as varchar), ' > ' order by step) as path
    from steps
    group by kind, person, part
),
owned as (
    select kind, person, count(*) as n_own from histories group by kind, person
),
totals as (
    select kind, cast(sum(n_own) as bigint) as n_all, count(*) as n_persons,
        cast(sum(n_own * n_own) as bigint) as nn
    from owned
    group by kind
),
made as (
    select kind, person, path, max(n_events) as n_events, count(*) as n from histories group by kind, person, path
),
summed as (
    select kind, path, max(n_events) as n_events, count(*) as n_walkers,
        cast(sum(n) as bigint) as n, cast(sum(n * n) as bigint) as hh, cast(sum(n * n_own) as bigint) as hn
    from made join owned using (kind, person)
    group by kind, path
),
ranked as (
    select *,
        row_number() over (partition by kind order by n desc, path) as rank,
        cast(
            sum(n) over (
                partition by kind order by n desc, path rows between unbounded preceding and current row
            ) as bigint
        ) as n_covered,
        count(*) over (partition by kind) as n_variants
    from summed
)
select ranked.kind, rank, path, n_events, n, n_walkers, n_all, n_persons, hh, hn, nn, n_covered, n_variants
from ranked join totals using (kind)
where rank <= $most
