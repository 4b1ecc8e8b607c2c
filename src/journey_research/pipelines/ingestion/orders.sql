-- orders: one row per order or basket.
-- Key: order_id. Left out: an order that is another system's telling of an order that is told as well;
-- of two that tell of each other the one with the smaller key stays.
select told_orders.order_id, record_id, source, ordered_at, status, channel, store_id, order_amount,
    refunded_amount, currency, coupon_id, discount_amount, tax_amount, shipping_amount, ordered_channel,
    fulfilled_channel
from told_orders
left join sighted_orders on sighted_orders.order_id = told_orders.order_id
where sighted_orders.order_id is null
