-- memberships: one row per record and the account or household that a source puts it into.
-- Key: record_id, group_record_id, kind. Left out: what is a member of itself.
select record_id, group_record_id, kind, min(stated_at) as stated_at
from mapped_memberships
where record_id <> group_record_id
group by record_id, group_record_id, kind
