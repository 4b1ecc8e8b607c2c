-- touch_people: one row per touch of a resolved person, with the person that consent lets it belong to.
-- Key: touch_id (with variants of identity: person_id, touch_id). Left out: bots; records without a person.
-- A held touch of somebody who is named belongs to an id made of its record alone. Who is who in several
-- variants has ids that begin with the variant and a bar (and a side and a bar); so do these.
with named as (
    select distinct person_id
    from people join naming_records using (record_id)
),
held_back as (
    select held_touches.touch_id, people.person_id as joined_id,
        concat_ws('|',
            case when split_part(people.person_id, '|', 2) <> '' then split_part(people.person_id, '|', 1) end,
            case when split_part(people.person_id, '|', 3) <> '' then split_part(people.person_id, '|', 2) end,
            concat_ws(':', 'person', md5(concat_ws(' ', 'history of', held_touches.record_id)))
        ) as person_id
    from held_touches
    join people on people.record_id = held_touches.record_id
    join named on named.person_id = people.person_id
)
select touches.touch_id,
    coalesce(held_back.person_id, people.person_id) as person_id,
    touches.touched_at, touches.channel, touches.direction, touches.action, touches.initiative,
    case when $keeps_native_sessions then touches.session_id end as native_session_id
from touches
join people on people.record_id = touches.record_id
left join held_back on held_back.touch_id = touches.touch_id and held_back.joined_id = people.person_id
where not touches.is_bot
