-- stitched_touches: one row per touch of a resolved person.
-- Key: touch_id (with variants of identity: person_id, touch_id).
-- Left out: touches of bots and of records without a person; outcomes; what has no direction (a lot drawn
-- in an experiment), for nobody was in contact.
select touch_id, person_id, touched_at, channel, action, initiative
from touches join people using (record_id)
where not is_bot and direction <> 'none' and action <> $conversion_action
