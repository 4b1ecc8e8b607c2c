-- variants: one row per distinct history.
-- Key: path. Left out: nothing.
with histories as (
    select person, string_agg(event_names.name, ' > ' order by step) as path
    from ordered_events join event_names on ordered_events.event = event_names.event
    group by person
)
select path, count(*) as persons
from histories
group by path
