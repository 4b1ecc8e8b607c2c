-- touches: one row per contact between a source record and us.
-- Key: touch_id. Left out: the same contact told again; the earliest telling is kept.
with ordered as (
    select *,
        row_number() over (
            partition by touch_id
            order by touched_at, record_id, channel, action, direction, initiative, is_bot,
                campaign_id nulls first, product_id nulls first
        ) as telling
    from mapped_touches
)
select touch_id, record_id, source, touched_at, is_date_only, channel, direction, initiative, action,
    campaign_id, product_id, is_bot
from ordered
where telling = 1
