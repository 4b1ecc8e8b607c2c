-- active_touches: one row per touch that shows its person active.
-- Key: touch_id. Left out: touches that others began.
select touch_id, person_id, touched_at, session_id, journey_id, channel, action, initiative
from journey_touches
where initiative in (select initiative from initiatives)
