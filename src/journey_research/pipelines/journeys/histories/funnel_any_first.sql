-- funnel_any_first: the events of a funnel, with when the first stage was last seen there.
-- Key: kind, person, part, step. Left out: nothing.
select kind, person, part, stretch, step, event, happened_us,
    max(case when event = $stage then happened_us end) over (
        partition by kind, person, part, stretch order by step
        rows between unbounded preceding and current row
    ) as started_us,
    cast(null as bigint) as gap_us
from events
