-- assistant_views: one row per stay in a store: what an assistant should know of the person who came in.
-- Key: visit_id. Left out: orders that are not paid; what happened when the person entered or later, but
-- for what somebody of ours said to them during the stay.
with bought as (
    select store_visits.visit_id,
        count(*) as n_orders,
        money(sum(orders.order_amount - orders.refunded_amount)) as spent_amount,
        max(orders.ordered_at) as last_ordered_at
    from store_visits
    join people using (person_id)
    join orders on orders.record_id = people.record_id and orders.ordered_at < store_visits.entered_at
    where orders.status = 'paid'
    group by store_visits.visit_id
),
ways as (
    select store_visits.visit_id, orders.channel,
        row_number() over (
            partition by store_visits.visit_id
            order by count(*) desc, max(orders.ordered_at) desc, orders.channel
        ) as place
    from store_visits
    join people using (person_id)
    join orders on orders.record_id = people.record_id and orders.ordered_at < store_visits.entered_at
    where orders.status = 'paid'
    group by store_visits.visit_id, orders.channel
),
contacts as (
    select people.person_id, touches.touch_id, touches.touched_at, touches.channel, touches.direction,
        touches.action
    from touches join people using (record_id)
    where not touches.is_bot and touches.direction <> 'none'
),
engaged as (
    select store_visits.visit_id,
        count(*) as n_touches,
        count(case when contacts.direction = 'inbound' then 1 end) as n_inbound_touches,
        max(contacts.touched_at) as last_touched_at
    from store_visits
    join contacts
        on contacts.person_id = store_visits.person_id
        and contacts.touched_at < store_visits.entered_at
        and micros(store_visits.entered_at) - micros(contacts.touched_at) <= $lookback_us
    group by store_visits.visit_id
),
approached as (
    select store_visits.visit_id,
        max(case when contacts.touched_at < store_visits.entered_at then contacts.touched_at end)
            as approached_before_at,
        min(case when contacts.touched_at >= store_visits.entered_at then contacts.touched_at end)
            as approached_in_visit_at
    from store_visits
    join contacts
        on contacts.person_id = store_visits.person_id
        and contacts.touched_at <= store_visits.left_at
        and micros(store_visits.entered_at) - micros(contacts.touched_at) <= $approach_us
    where contacts.action in (select word from rep_actions)
    group by store_visits.visit_id
),
wanted as (
    select visit_id, count(*) as n_interests
    from checkin_interests
    group by visit_id
)
select store_visits.visit_id, store_visits.person_id, store_visits.store_id, store_visits.entered_at,
    coalesce(wanted.n_interests, 0) as n_interests,
    coalesce(bought.n_orders, 0) as n_orders,
    coalesce(bought.spent_amount, money(0)) as spent_amount,
    bought.last_ordered_at,
    ways.channel as usual_channel,
    coalesce(engaged.n_touches, 0) as n_touches,
    coalesce(engaged.n_inbound_touches, 0) as n_inbound_touches,
    engaged.last_touched_at,
    approached.approached_before_at,
    approached.approached_in_visit_at,
    approached.visit_id is not null as is_approached
from store_visits
left join wanted on wanted.visit_id = store_visits.visit_id
left join bought on bought.visit_id = store_visits.visit_id
left join ways on ways.visit_id = store_visits.visit_id and ways.place = 1
left join engaged on engaged.visit_id = store_visits.visit_id
left join approached on approached.visit_id = store_visits.visit_id
