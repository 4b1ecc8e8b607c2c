-- feedback: one row per judgement that a customer or one of ours gave, with who gave it.
-- Key: feedback_id. Left out: bots, records without a person. A judgement given in a store belongs to the
-- last stay there that began before it, if it has not been over for longer than the gap.
with given as (
    select touches.touch_id as feedback_id, people.person_id, touches.source, touches.channel,
        touches.action, touches.touched_at as given_at, touches.store_id, touches.sentiment,
        touches.counterpart_record_id,
        touches.action in (select word from assistant_actions) as is_assistant
    from touches join people using (record_id)
    where not touches.is_bot
        and (touches.action in (select word from customer_actions)
            or touches.action in (select word from assistant_actions))
),
stays as (
    select given.feedback_id, store_visits.visit_id,
        row_number() over (
            partition by given.feedback_id order by store_visits.entered_at desc, store_visits.visit_id
        ) as place
    from given
    join store_visits
        on store_visits.person_id = given.person_id and store_visits.store_id = given.store_id
        and store_visits.entered_at <= given.given_at
        and micros(given.given_at) - micros(store_visits.left_at) <= $visit_gap_us
)
select given.feedback_id, given.person_id,
    case when given.is_assistant then 'assistant' else 'customer' end as author,
    given.given_at, given.source, given.channel, given.action, given.store_id, given.sentiment,
    given.counterpart_record_id, stays.visit_id
from given
left join stays on stays.feedback_id = given.feedback_id and stays.place = 1
