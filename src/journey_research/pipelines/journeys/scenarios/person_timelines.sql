-- person_timelines: one row per touch, order and conversion of the persons asked for, in order of time.
-- Key: happening, happening_id. Left out: nothing of these persons: bots and what has no direction stay in,
-- marked as what they are by their action.
with members as (
    select people.record_id, people.person_id
    from people join wanted on wanted.word = people.person_id
),
told as (
    select members.person_id, touches.touched_at as happened_at, 'touch' as happening,
        touches.touch_id as happening_id, touches.record_id, touches.source, touches.channel,
        touches.action, touches.product_id, money(null) as amount
    from touches join members using (record_id)
    union all
    select members.person_id, orders.ordered_at as happened_at, 'order' as happening,
        orders.order_id as happening_id, orders.record_id, orders.source, orders.channel,
        orders.status as action, cast(null as varchar) as product_id, orders.order_amount as amount
    from orders join members using (record_id)
    union all
    select outcomes.person_id, outcomes.occurred_at as happened_at, 'conversion' as happening,
        outcomes.outcome_id as happening_id, cast(null as varchar) as record_id,
        split_part(outcomes.outcome_id, ':', 1) as source, cast(null as varchar) as channel,
        outcomes.kind as action, cast(null as varchar) as product_id, outcomes.outcome_amount as amount
    from outcomes join wanted on wanted.word = outcomes.person_id
)
select person_id, happened_at, happening, happening_id, record_id, source, channel, action, product_id,
    amount
from told
order by person_id, happened_at, happening, happening_id
