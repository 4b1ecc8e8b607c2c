-- touches: one row per contact between a source record and us.
-- Key: touch_id. Left out: the same contact told again; the earliest telling is kept.
with repeated as (
    select touch_id from mapped_touches group by touch_id having count(*) > 1
),
ordered as (
    select mapped_touches.*,
        row_number() over (
            partition by mapped_touches.touch_id
            order by touched_at, record_id, channel, action, direction, initiative, is_bot,
                campaign_id nulls first, product_id nulls first, tactic nulls first, ended_at nulls first,
                store_id nulls first, device_class nulls first, session_id nulls first,
                sentiment nulls first, counterpart_record_id nulls first, content_id nulls first,
                time_quality, time_note nulls first
        ) as telling
    from mapped_touches
    join repeated on repeated.touch_id = mapped_touches.touch_id
),
told as (
    select mapped_touches.*, 1 as telling
    from mapped_touches
    left join repeated on repeated.touch_id = mapped_touches.touch_id
    where repeated.touch_id is null
    union all
    select * from ordered
)
select touch_id, record_id, source, touched_at, is_date_only, channel, direction, initiative, action,
    campaign_id, product_id, is_bot, tactic, ended_at, store_id, device_class, session_id,
    cast(sentiment as double) as sentiment, counterpart_record_id, content_id, time_quality, time_note
from told
where telling = 1
