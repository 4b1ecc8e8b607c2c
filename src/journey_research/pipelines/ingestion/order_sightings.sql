-- order_sightings: one row per order that its system knows as another system's.
-- Key: sighting_id. One that is counted stands among the orders: nobody told the order that it tells of.
select told_orders.order_id as sighting_id,
    told_orders.original_order_id as order_id,
    told_orders.record_id, told_orders.source,
    told_orders.ordered_at as sighted_at,
    told_orders.status, told_orders.order_amount, told_orders.currency,
    orders.order_id is not null as is_counted
from told_orders
left join orders on orders.order_id = told_orders.order_id
where told_orders.original_order_id is not null
    and told_orders.original_order_id <> told_orders.order_id
