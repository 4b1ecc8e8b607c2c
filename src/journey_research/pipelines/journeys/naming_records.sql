-- naming_records: one row per record that names somebody: a known one, or an anonymous one with a link.
-- Key: record_id. Left out: anonymous records on which nobody made herself known; firms.
select record_id
from records
where kind in ('profile', 'lead')
union
select touches.record_id
from touches
join linking_actions on linking_actions.action = touches.action
join records on records.record_id = touches.record_id
where not touches.is_bot and records.kind <> 'account'
