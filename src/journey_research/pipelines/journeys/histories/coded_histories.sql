-- coded_histories: one row per history, with its path as numbers of the events in their order.
-- Key: kind, person, part. Left out: events after the first ones asked for; where repeats are not kept, an
-- event that follows itself.
with numbered as (
    select kind, person, part, step, event,
        dense_rank() over (order by event) as number
    from steps
),
compared as (
    select *, lag(number) over (partition by kind, person, part order by step) as number_before
    from numbered
),
kept as (
    select *, row_number() over (partition by kind, person, part order by step) as place
    from compared
    where $keeps_repeats or number_before is null or number <> number_before
)
select kind, person, part, string_agg(cast(number as varchar), ' ' order by place) as path
from kept
where place <= $first_events
group by kind, person, part
