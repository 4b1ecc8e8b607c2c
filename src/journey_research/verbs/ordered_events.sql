-- ordered_events: one row per event, person by person, in the order in which they happened.
-- Key: person, happened_at, position. Left out: nothing. Persons and events are whole numbers here.
select person, event, happened_at
from events
order by person, happened_at, position
