-- touches: one row per contact between a source record and us.
-- Key: touch_id. Left out: the same contact told again; the earliest telling is kept.
with ordered as (
    select *,
        row_number() over (
            partition by touch_id
            order by touched_at, record_id, channel, action, direction, initiative, is_bot,
                campaign_id nulls first, product_id nulls first, tactic nulls first, ended_at nulls first,
                store_id nulls first, device_class nulls first, session_id nulls first,
                sentiment nulls first, counterpart_record_id nulls first, content_id nulls first,
                time_quality, time_note nulls first
        ) as telling
    from mapped_touches
)
select touch_id, record_id, source, touched_at, is_date_only, channel, direction, initiative, action,
    campaign_id, product_id, is_bot, tactic, ended_at, store_id, device_class, session_id,
    cast(sentiment as double) as sentiment, counterpart_record_id, content_id, time_quality, time_note
from ordered
where telling = 1
