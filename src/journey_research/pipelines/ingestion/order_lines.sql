-- order_lines: one row per line of an order.
-- Key: order_id, line_number. Lines are numbered by what they hold, not by where they stood. An order
-- that tells no lines itself has those of the first source, by name, that retells it: some systems keep
-- lines apart. Left out: rows that hold neither a quantity nor an amount; other lines that only retell.
with newest as (
    select *, max(file_rank) over (partition by order_id) as last_rank
    from mapped_orders
),
told as (
    select coalesce(own.order_id, originals.order_id) as order_id,
        concat_ws('', case when own.order_id is null then '1' else '0' end, newest.source) as teller,
        line_product_id as product_id,
        coalesce(cast(line_quantity as double), 1.0) as quantity,
        money(cast(coalesce(line_amount, '0') as decimal(28, 8))) as line_amount
    from newest
    left join orders as own on own.order_id = newest.order_id
    left join orders as originals on originals.order_id = newest.original_order_id
    where file_rank = last_rank and (line_quantity is not null or line_amount is not null)
),
believed as (
    select *, min(teller) over (partition by order_id) as first_teller
    from told
    where order_id is not null
)
select order_id,
    cast(row_number() over (
        partition by order_id order by product_id nulls first, quantity, line_amount
    ) as bigint) as line_number,
    product_id, quantity, line_amount
from believed
where teller = first_teller
