-- threshold_people: one row per threshold, side ('before': as chosen, 'after': at the threshold) and record
-- that changes its person there, or shares one before or after with a record that does.
-- Key: record_id, person_id. Left out: records to whose person nothing happens, nearly all.
-- person_id begins with the threshold's number, counted from 1, and the side, each with a bar.
with numbered as (
    select threshold, row_number() over (order by threshold) as number
    from identity_thresholds
),
moved as (
    select threshold, threshold_clusters.record_id, threshold_clusters.cluster_id as cluster_after,
        record_clusters.cluster_id as cluster_before
    from threshold_clusters
    join record_clusters on record_clusters.record_id = threshold_clusters.record_id
),
-- A cluster is named after its smallest record, so whoever stays in one that others join keeps its name.
changed as (
    select threshold, cluster_before as cluster_id from moved
    union
    select threshold, cluster_after as cluster_id from moved
),
affected as (
    select changed.threshold, record_clusters.record_id, record_clusters.cluster_id
    from changed join record_clusters on record_clusters.cluster_id = changed.cluster_id
)
select affected.record_id, concat_ws('|', number, 'before', affected.cluster_id) as person_id
from affected join numbered on numbered.threshold = affected.threshold
union all
select affected.record_id,
    concat_ws('|', number, 'after', coalesce(moved.cluster_after, affected.cluster_id)) as person_id
from affected
join numbered on numbered.threshold = affected.threshold
left join moved on moved.threshold = affected.threshold and moved.record_id = affected.record_id
