-- order_sightings: one row per order that its system knows as another system's.
-- Key: sighting_id. One that is counted stands among the orders: nobody told the order that it tells of.
select told_retellings.order_id as sighting_id,
    told_retellings.original_order_id as order_id,
    told_retellings.record_id, told_retellings.source,
    told_retellings.ordered_at as sighted_at,
    told_retellings.status, told_retellings.order_amount, told_retellings.currency,
    sighted_orders.order_id is null as is_counted
from told_retellings
left join sighted_orders on sighted_orders.order_id = told_retellings.order_id
where told_retellings.original_order_id is not null
    and told_retellings.original_order_id <> told_retellings.order_id
