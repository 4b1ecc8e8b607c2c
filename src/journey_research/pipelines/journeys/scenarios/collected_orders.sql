-- collected_orders: one row per order that was made elsewhere and is handed over in a store.
-- Key: order_id. Left out: orders made in the store; records without a person.
-- An order counts once however many systems tell of it; the stay is the first in that store that begins
-- after the order, within the window. One stay may collect several orders that wait.
with waiting as (
    select orders.order_id, people.person_id, orders.ordered_channel, orders.store_id, orders.ordered_at,
        orders.status, orders.order_amount, orders.refunded_amount
    from orders join people using (record_id)
    where orders.fulfilled_channel = 'store' and orders.ordered_channel is not null
        and orders.ordered_channel <> 'store'
),
tellings as (
    select order_id, count(*) as n_tellings
    from order_sightings
    where not is_counted
    group by order_id
),
came as (
    select waiting.order_id, store_visits.visit_id, store_visits.entered_at,
        row_number() over (
            partition by waiting.order_id order by store_visits.entered_at, store_visits.visit_id
        ) as place
    from waiting
    join store_visits
        on store_visits.person_id = waiting.person_id and store_visits.store_id = waiting.store_id
        and store_visits.entered_at > waiting.ordered_at
        and micros(store_visits.entered_at) - micros(waiting.ordered_at) <= $collect_us
)
select waiting.order_id, waiting.person_id, waiting.ordered_channel, waiting.store_id, waiting.ordered_at,
    waiting.status, waiting.order_amount, waiting.refunded_amount,
    1 + coalesce(tellings.n_tellings, 0) as n_tellings,
    came.visit_id,
    came.entered_at as collected_at
from waiting
left join tellings on tellings.order_id = waiting.order_id
left join came on came.order_id = waiting.order_id and came.place = 1
