-- funnel_any_next: the events of a funnel, with since when all stages so far have been seen, in any order.
-- Key: kind, person, part, step. Left out: nothing.
with looked_back as (
    select *,
        max(case when event = $stage then happened_us end) over (
            partition by kind, person, part, stretch order by step
            rows between unbounded preceding and current row
        ) as stage_us
    from reached
)
select kind, person, part, stretch, step, event, happened_us,
    case when started_us <= stage_us then started_us when stage_us < started_us then stage_us end as started_us,
    gap_us
from looked_back
