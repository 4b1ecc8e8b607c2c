-- orders: one row per order or basket.
-- Key: order_id. Left out: an order that is another system's telling of an order that is told as well;
-- of two that tell of each other the one with the smaller key stays.
with sighted as (
    select told_orders.order_id
    from told_orders
    join told_orders as originals on originals.order_id = told_orders.original_order_id
    where told_orders.order_id <> originals.order_id
        and not (
            coalesce(originals.original_order_id, '') = told_orders.order_id
            and told_orders.order_id < originals.order_id
        )
)
select told_orders.order_id, record_id, source, ordered_at, status, channel, store_id, order_amount,
    refunded_amount, currency, coupon_id, discount_amount, tax_amount, shipping_amount, ordered_channel,
    fulfilled_channel
from told_orders
left join sighted on sighted.order_id = told_orders.order_id
where sighted.order_id is null
