-- shared_records: one row per person of the run before and cluster of this run with a record in both.
-- Key: person_id, cluster_id. Order: who has the first claim to an id, without ties. Most shared records
-- first, then the older person, then the cluster with the record that has been in the person longest.
with shared as (
    select placements.person_id, clusters.cluster_id,
        max(placements.born) as born,
        min(placements.placed) as placed,
        count(*) as n_shared
    from placements
    join clusters on clusters.record_id = placements.record_id
    group by placements.person_id, clusters.cluster_id
)
select person_id, cluster_id, born, n_shared,
    count(*) over (partition by person_id) = 1
        and count(*) over (partition by cluster_id) = 1 as is_uncontested
from shared
order by n_shared desc, born, placed
