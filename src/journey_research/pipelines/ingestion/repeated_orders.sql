-- repeated_orders: one row per order that several rows tell of, and the last of the files they stand in.
-- Key: order_id. Most orders of most sources stand in one row; only these need to be put together.
select order_id, max(file_rank) as last_rank
from mapped_orders
join files on files.file_id = mapped_orders.file_id
group by order_id
having count(*) > 1
