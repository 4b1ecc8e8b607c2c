-- measured_records: one row per record that was placed, with its person in the truth, null where nobody
-- told; contract of no table, for it never leaves its node.
-- Key: record_id. Left out: records of firms.
with named as (
    select distinct record_id
    from record_values
    where coalesce(present(first_name), present(last_name), present(full_name), present(company)) is not null
)
select record_clusters.record_id, record_clusters.cluster_id, true_people.true_person_id,
    named.record_id is not null as has_name
from record_clusters
left join true_people on true_people.record_id = record_clusters.record_id
left join named on named.record_id = record_clusters.record_id
order by record_clusters.record_id
