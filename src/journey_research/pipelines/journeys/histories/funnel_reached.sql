-- funnel_reached: one row per person who reaches the stage, with the time since the stage before.
-- Key: kind, person. Left out: persons who never do; all events but the first that reaches it.
with arrived as (
    select kind, person, gap_us,
        row_number() over (partition by kind, person order by happened_us, part, step) as place
    from reached
    where started_us is not null and happened_us - started_us <= $window_us
)
select kind, person, gap_us
from arrived
where place = 1
