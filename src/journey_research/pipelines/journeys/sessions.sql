-- sessions: one row per session.
-- Key: session_id. Left out: nothing. An outcome inside a session does not end it.
select session_id, person_id,
    min(touched_at) as started_at,
    max(touched_at) as ended_at,
    count(*) as n_touches,
    count(distinct channel) as n_channels
from journey_touches
group by session_id, person_id
