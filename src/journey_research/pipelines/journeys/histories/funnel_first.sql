-- funnel_first: the events of a funnel, with the beginning of a way through it where one begins.
-- Key: kind, person, part, step. Left out: nothing.
select kind, person, part, stretch, step, event, happened_us,
    case when event = $stage then happened_us end as started_us,
    cast(null as bigint) as gap_us
from events
