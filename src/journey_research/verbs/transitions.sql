-- transitions: one row per pair of events that follow each other in a person's history.
-- Key: from_event, to_event. Left out: the first event of each person, which follows nothing.
select event_before as from_event, event as to_event,
    count(*) as n, median(cast(gap_us as double)) / 1000000 as median_seconds
from ordered_events
where event_before is not null
group by event_before, event
