-- order_lines: one row per line of an order.
-- Key: order_id, line_number. Lines are numbered by what they hold, not by where they stood. Left
-- out: rows that hold neither a quantity nor an amount.
with newest as (
    select *, max(file_rank) over (partition by order_id) as last_rank
    from mapped_orders
),
lines as (
    select order_id, line_product_id as product_id,
        coalesce(cast(line_quantity as double), 1.0) as quantity,
        money(cast(coalesce(line_amount, '0') as decimal(28, 8))) as line_amount
    from newest
    where file_rank = last_rank and (line_quantity is not null or line_amount is not null)
)
select order_id,
    cast(row_number() over (
        partition by order_id order by product_id nulls first, quantity, line_amount
    ) as bigint) as line_number,
    product_id, quantity, line_amount
from lines
