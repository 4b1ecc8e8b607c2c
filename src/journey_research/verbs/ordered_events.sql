-- ordered_events: one row per event, with its place in its person's history.
-- Key: person, step. Left out: nothing. Persons and events are whole numbers here.
with compared as (
    select person, event, happened_at,
        row_number() over history as step,
        lag(event) over history as event_before,
        happened_at - lag(happened_at) over history as gap_us
    from events
    window history as (partition by person order by happened_at, position)
)
select person, event, happened_at, step, event_before, gap_us,
    cast(
        sum(case when gap_us <= $gap_us then 0 else 1 end) over (
            partition by person order by step rows between unbounded preceding and current row
        ) as bigint
    ) as session
from compared
