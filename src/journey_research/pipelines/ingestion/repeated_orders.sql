-- repeated_orders: one row per piece of an order that several rows tell of, and the last of the files it
-- stands in. A piece is what one block of the mapping tells: a payment and its refund are two.
-- Key: order_id, piece. Most orders of most sources stand in one row; only these need to be put together.
with pieces as (
    select order_id, piece, max(file_rank) as last_rank, count(*) as n_rows
    from mapped_orders
    join files on files.file_id = mapped_orders.file_id
    group by order_id, piece
),
repeated as (
    select order_id
    from pieces
    group by order_id
    having sum(n_rows) > 1
)
select order_id, piece, last_rank
from pieces join repeated using (order_id)
