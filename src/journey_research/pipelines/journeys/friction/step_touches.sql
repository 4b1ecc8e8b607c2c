-- step_touches: one row per touch, with the case (session or journey) it is in and the step that it is.
-- Key: touch_id. Left out: nothing.
-- A page is told with or without a slash before it: it is the same page.
select
    case when $case = 'journey' then journey_touches.journey_id else journey_touches.session_id end
        as case_id,
    journey_touches.person_id, journey_touches.touched_at, journey_touches.touch_id,
    journey_touches.channel,
    case when touches.action = $paged_action then
        concat_ws(' ', touches.action, nullif(
            case when starts_with(touches.content_id, '/') then substring(touches.content_id, 2)
            else touches.content_id end, ''
        ))
    else touches.action end as step,
    case when contact_actions.action is not null and touches.initiative = 'customer' then 1 else 0 end
        as is_contact
from journey_touches
join touches on touches.touch_id = journey_touches.touch_id
left join contact_actions on contact_actions.action = touches.action
