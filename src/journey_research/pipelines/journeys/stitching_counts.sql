-- stitching_counts: one row per reason why touches stand where they stand; every touch has one.
-- Key: reason. Left out: nothing; the counts add up to all touches.
with named as (
    select distinct person_id
    from people join naming_records using (record_id)
),
known as (
    select distinct people.person_id
    from people join records on records.record_id = people.record_id
    where records.kind <> 'anonymous'
),
unsaid as (
    select record_id_a as record_id from links
    where not is_accepted and (refusal = 'shared device' or starts_with(refusal, 'undecidable'))
    union
    select record_id_b from links
    where not is_accepted and (refusal = 'shared device' or starts_with(refusal, 'undecidable'))
),
placed as (
    select touches.record_id,
        case
            when is_bot then 'bot'
            when action = $conversion_action then 'the goal itself'
            when direction = 'none' then 'no contact'
            when people.person_id is null then 'no person'
            when held_touches.touch_id is not null and named.person_id is not null then held_touches.reason
            when records.kind <> 'anonymous' then 'known record'
            when known.person_id is null and unsaid.record_id is not null then 'undecidable device'
            when named.person_id is not null then 'joined'
            else 'anonymous visitor'
        end as reason
    from touches
    join records on records.record_id = touches.record_id
    left join people on people.record_id = touches.record_id
    left join held_touches on held_touches.touch_id = touches.touch_id
    left join named on named.person_id = people.person_id
    left join known on known.person_id = people.person_id
    left join unsaid on unsaid.record_id = touches.record_id
)
select reason,
    reason not in ('bot', 'the goal itself', 'no contact', 'no person') as is_in_journey,
    cast(count(*) as bigint) as n_touches,
    cast(count(distinct record_id) as bigint) as n_records
from placed
group by reason
