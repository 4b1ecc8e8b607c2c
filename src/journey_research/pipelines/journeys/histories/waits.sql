-- waits: one row per group and length of wait, with how many persons reached the event then or were last seen.
-- Key: kind, wait_us. Left out: what happened after the end.
-- A person waits from its first event to the first time of the event, or without it to the end.
with waited as (
    select kind, person, min(happened_us) as began_us,
        min(case when event = $event then happened_us end) as reached_us
    from steps
    where happened_us <= $ends_us
    group by kind, person
)
select kind, coalesce(reached_us, $ends_us) - began_us as wait_us,
    cast(count_if(reached_us is not null) as bigint) as n_reached,
    cast(count_if(reached_us is null) as bigint) as n_lost
from waited
group by kind, coalesce(reached_us, $ends_us) - began_us
