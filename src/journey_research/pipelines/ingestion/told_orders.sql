-- told_orders: one row per order or basket as its system tells it, sightings of others' orders among them.
-- Key: order_id. An order that stands in several files is taken whole from the last of them. Its
-- amount is the total that its rows repeat, or the sum of its rows where the source gives no total.
with newest as (
    select *, max(file_rank) over (partition by order_id) as last_rank
    from mapped_orders
)
select order_id,
    min(record_id) as record_id,
    min(source) as source,
    min(ordered_at) as ordered_at,
    max(status) as status,
    min(channel) as channel,
    min(store_id) as store_id,
    money(coalesce(max(cast(total as decimal(28, 8))), sum(cast(addend as decimal(28, 8))))) as order_amount,
    money(coalesce(max(cast(refunded as decimal(28, 8))), 0)) as refunded_amount,
    min(currency) as currency,
    min(coupon_id) as coupon_id,
    money(max(cast(discount as decimal(28, 8)))) as discount_amount,
    money(max(cast(tax as decimal(28, 8)))) as tax_amount,
    money(max(cast(shipping as decimal(28, 8)))) as shipping_amount,
    min(ordered_channel) as ordered_channel,
    min(fulfilled_channel) as fulfilled_channel,
    min(original_order_id) as original_order_id
from newest
where file_rank = last_rank
group by order_id
