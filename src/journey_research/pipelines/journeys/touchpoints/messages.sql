-- messages: one row per message to a known person, with its team.
-- Key: touch_id, the message's first touch. Left out: what people did themselves; further touches of the same
-- message (sent, delivered): same person, channel, campaign and content on one day (UTC).
with sent as (
    select touches.touch_id, stitched.person_id, stitched.journey_id, touches.touched_at, touches.channel,
        touches.tactic, touches.action, touches.campaign_id,
        row_number() over (
            partition by stitched.person_id, touches.channel, touches.campaign_id,
                coalesce(touches.content_id, touches.touch_id), cast(touches.touched_at as date)
            order by touches.touched_at, touches.touch_id
        ) as place
    from touches
    join (select touch_id, person_id, journey_id from journey_touches) as stitched
        on touches.touch_id = stitched.touch_id
    where touches.direction = 'outbound'
)
select sent.touch_id, sent.person_id, sent.journey_id, sent.touched_at, sent.channel, sent.tactic,
    sent.campaign_id, coalesce(kinds.owner, 'unknown') as owner
from sent
left join (select channel, coalesce(tactic, '') as tactic, action, owner from touchpoint_kinds) as kinds
    on sent.channel = kinds.channel and coalesce(sent.tactic, '') = kinds.tactic
    and sent.action = kinds.action
where sent.place = 1
