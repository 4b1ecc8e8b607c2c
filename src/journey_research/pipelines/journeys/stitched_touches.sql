-- stitched_touches: one row per touch of a resolved person that is a step on a way.
-- Key: touch_id (with variants of identity: person_id, touch_id).
-- Left out: touches of bots and of records without a person; outcomes; what has no direction (a lot drawn
-- in an experiment), for nobody was in contact.
select touch_id, person_id, touched_at, channel, action, initiative, native_session_id
from touch_people
where direction <> 'none' and action <> $conversion_action
