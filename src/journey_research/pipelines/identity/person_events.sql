-- person_events: one row per thing that this run did to a person or a record; contract PersonEvents.
-- Key: event_number, which goes on from $last_event_number. Order within the run: persons that begin, by
-- their smallest record; records that come, move and leave, by record; persons that end, the oldest first.
-- Left out: whoever and whatever is where it was.
with changed as (
    select record_id,
        placements.person_id as before_id,
        owners.person_id as now_id,
        clusters.cluster_id,
        case when owners.person_id is not null and owners.born is null then 1 else 0 end as is_begun
    from placements
    full join clusters using (record_id)
    left join owners on owners.cluster_id = clusters.cluster_id
    where placements.person_id is distinct from owners.person_id
),
known as (
    select distinct past_events.record_id
    from past_events
    join changed on changed.record_id = past_events.record_id
    where changed.before_id is null
),
-- Of the persons whose records a cluster got, the one that gave most is what it was split from.
givers as (
    select cluster_id, person_id, n_givers
    from (
        select cluster_id, person_id,
            count(*) over (partition by cluster_id) as n_givers,
            row_number() over (partition by cluster_id order by n_shared desc, born) as place
        from shared_records
    ) as ranked
    where place = 1
),
-- Of the persons that got a person's records, the one that got most is what it was merged into. A person
-- that has lost its id shares records only with clusters that have another's, so all of these were born.
takers as (
    select before_id, person_id, n_takers
    from (
        select shared_records.person_id as before_id, owners.person_id,
            count(*) over (partition by shared_records.person_id) as n_takers,
            row_number() over (
                partition by shared_records.person_id order by shared_records.n_shared desc, owners.born
            ) as place
        from shared_records
        join owners on owners.cluster_id = shared_records.cluster_id
    ) as ranked
    where place = 1
),
unowned as (
    select placements.person_id, placements.born,
        min(case when erased.record_id is null then 0 else 1 end) as is_erased
    from placements
    left join owners on owners.person_id = placements.person_id
    left join erased on erased.record_id = placements.record_id
    where owners.person_id is null
    group by placements.person_id, placements.born
),
begun as (
    select changed.cluster_id, changed.now_id as person_id,
        max(case when known.record_id is null then 1 else 0 end) as has_new
    from changed
    left join known on known.record_id = changed.record_id
    where changed.is_begun = 1
    group by changed.cluster_id, changed.now_id
),
beginnings as (
    select 1 as part, begun.cluster_id as place, 0 as born,
        case when givers.person_id is null then 'created' else 'split' end as event,
        begun.person_id,
        givers.person_id as other_person_id,
        cast(null as varchar) as record_id,
        case
            when givers.n_givers = 1 then 'whole'
            when givers.n_givers > 1 then 'part'
            when begun.has_new = 1 then 'new'
            else 'returned'
        end as cause
    from begun
    left join givers on givers.cluster_id = begun.cluster_id
),
moves as (
    select 2 as part, changed.record_id as place, 0 as born,
        case
            when changed.now_id is not null then 'moved'
            when erased.record_id is not null then 'erased'
            else 'retired'
        end as event,
        coalesce(changed.now_id, changed.before_id) as person_id,
        case when changed.now_id is not null then changed.before_id end as other_person_id,
        changed.record_id,
        case
            when changed.now_id is null and erased.record_id is not null then 'erased'
            when changed.now_id is null then 'gone'
            when changed.before_id is null and known.record_id is null then 'new'
            when changed.before_id is null then 'returned'
            when unowned.person_id is not null then 'merged'
            when changed.is_begun = 1 and givers.person_id = changed.before_id then 'split'
            else 'regrouped'
        end as cause
    from changed
    left join known on known.record_id = changed.record_id
    left join erased on erased.record_id = changed.record_id
    left join unowned on unowned.person_id = changed.before_id
    left join givers on givers.cluster_id = changed.cluster_id
),
endings as (
    select 3 as part, '' as place, unowned.born,
        case
            when takers.person_id is not null then 'merged'
            when unowned.is_erased = 1 then 'erased'
            else 'retired'
        end as event,
        unowned.person_id,
        takers.person_id as other_person_id,
        cast(null as varchar) as record_id,
        case
            when takers.n_takers = 1 then 'whole'
            when takers.n_takers > 1 then 'part'
            when unowned.is_erased = 1 then 'erased'
            else 'gone'
        end as cause
    from unowned
    left join takers on takers.before_id = unowned.person_id
),
happened as (
    select * from beginnings
    union all
    select * from moves
    union all
    select * from endings
)
select cast($last_event_number + row_number() over (order by part, place, born) as bigint) as event_number,
    cast($run_number as bigint) as run_number,
    event, person_id, other_person_id, record_id, cause
from happened
