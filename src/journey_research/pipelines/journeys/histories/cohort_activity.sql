-- cohort_activity: one row per group, period of the first event and period since, with who was active then.
-- Key: kind, cohort, age. Left out: what happened after the end; ages at which nobody of the cohort was active.
-- Periods are numbered from the first one that began at the origin.
with dated as (
    select kind, person, cast(floor((happened_us - $origin_us) / $period_us) as bigint) as period
    from steps
    where happened_us <= $ends_us
),
active as (
    select kind, person, period, min(period) over (partition by kind, person) as cohort
    from dated
    group by kind, person, period
)
select kind, cohort, period - cohort as age, count(*) as n
from active
group by kind, cohort, period - cohort
