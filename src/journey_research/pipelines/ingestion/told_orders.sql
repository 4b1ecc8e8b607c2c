-- told_orders: one row per order or basket as its system tells it, sightings of others' orders among them.
-- Key: order_id. What one block of the mapping tells of an order in several files is taken from the last of
-- them; a payment and its later refund are two blocks, and both stand. Its amount is the total that its rows
-- repeat, or the sum of its rows where the source gives no total.
with once as (
    select mapped_orders.order_id, record_id, source, ordered_at, status, channel, store_id,
        coalesce(cast(total as decimal(28, 8)), cast(addend as decimal(28, 8))) as amount,
        cast(refunded as decimal(28, 8)) as refunded,
        currency, coupon_id,
        cast(discount as decimal(28, 8)) as discount,
        cast(tax as decimal(28, 8)) as tax,
        cast(shipping as decimal(28, 8)) as shipping,
        ordered_channel, fulfilled_channel, original_order_id
    from mapped_orders
    left join repeated_orders on repeated_orders.order_id = mapped_orders.order_id
        and repeated_orders.piece = mapped_orders.piece
    where repeated_orders.order_id is null
),
together as (
    select mapped_orders.order_id,
        min(record_id) as record_id,
        min(source) as source,
        min(ordered_at) as ordered_at,
        max(status) as status,
        min(channel) as channel,
        min(store_id) as store_id,
        coalesce(max(cast(total as decimal(28, 8))), sum(cast(addend as decimal(28, 8)))) as amount,
        max(cast(refunded as decimal(28, 8))) as refunded,
        min(currency) as currency,
        min(coupon_id) as coupon_id,
        max(cast(discount as decimal(28, 8))) as discount,
        max(cast(tax as decimal(28, 8))) as tax,
        max(cast(shipping as decimal(28, 8))) as shipping,
        min(ordered_channel) as ordered_channel,
        min(fulfilled_channel) as fulfilled_channel,
        min(original_order_id) as original_order_id
    from mapped_orders
    join files on files.file_id = mapped_orders.file_id
    join repeated_orders on repeated_orders.order_id = mapped_orders.order_id
        and repeated_orders.piece = mapped_orders.piece
        and repeated_orders.last_rank = files.file_rank
    group by mapped_orders.order_id
),
told as (
    select * from once
    union all
    select * from together
)
select order_id, record_id, source, ordered_at, status, channel, store_id,
    money(amount) as order_amount,
    money(coalesce(refunded, 0)) as refunded_amount,
    currency, coupon_id,
    money(discount) as discount_amount,
    money(tax) as tax_amount,
    money(shipping) as shipping_amount,
    ordered_channel, fulfilled_channel, original_order_id
from told
