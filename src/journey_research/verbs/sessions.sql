-- sessions: one row per session of a person.
-- Key: person, session. Left out: nothing. Instants are microseconds.
select person, session,
    min(happened_at) as started_at, max(happened_at) as ended_at, count(*) as n_events
from ordered_events
group by person, session
