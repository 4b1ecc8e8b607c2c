-- event_sets: one row per group and set of events, with how many persons have these events and no other.
-- Key: kind, members. Left out: sets that nobody has. members are numbers of the events in their order.
with numbered as (
    select kind, person, event, dense_rank() over (order by event) as number
    from steps
),
had as (
    select kind, person, number from numbered group by kind, person, number
),
sets as (
    select kind, person, string_agg(cast(number as varchar), ' ' order by number) as members
    from had
    group by kind, person
)
select kind, members, count(*) as n
from sets
group by kind, members
