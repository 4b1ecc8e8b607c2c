-- labelled_groups: one row per record that people have put into a group of records of one person.
-- Key: record_id. Left out: records that stand in two groups, which contradict each other.
select record_id, min(group_id) as group_id
from mapped_groups
group by record_id
having min(group_id) = max(group_id)
