-- sighted_orders: one row per order that is another system's telling of an order that is told as well.
-- Key: order_id. Of two orders that tell of each other the one with the smaller key is none.
with originals as (
    select distinct order_id
    from mapped_orders
    where order_id in (select original_order_id from told_retellings)
)
select told_retellings.order_id
from told_retellings
join originals on originals.order_id = told_retellings.original_order_id
left join told_retellings as backwards on backwards.order_id = told_retellings.original_order_id
where told_retellings.order_id <> told_retellings.original_order_id
    and not (
        coalesce(backwards.original_order_id, '') = told_retellings.order_id
        and told_retellings.order_id < told_retellings.original_order_id
    )
