-- order_lines: one row per line of an order.
-- Key: order_id, line_number. Lines are numbered by what they hold, not by where they stood. An order
-- that tells no lines itself has those of the first source, by name, that retells it: some systems keep
-- lines apart. Left out: rows that hold neither a quantity nor an amount; other lines that only retell.
with lines as (
    select mapped_orders.order_id, original_order_id, source, line_product_id, line_quantity, line_amount,
        repeated_orders.order_id is null as is_alone,
        sighted_orders.order_id is not null as is_sighted
    from mapped_orders
    join files on files.file_id = mapped_orders.file_id
    left join repeated_orders on repeated_orders.order_id = mapped_orders.order_id
        and repeated_orders.piece = mapped_orders.piece
    left join sighted_orders on sighted_orders.order_id = mapped_orders.order_id
    where (line_quantity is not null or line_amount is not null)
        and (repeated_orders.order_id is null or repeated_orders.last_rank = files.file_rank)
),
originals as (
    select distinct mapped_orders.order_id
    from mapped_orders
    left join sighted_orders on sighted_orders.order_id = mapped_orders.order_id
    where mapped_orders.order_id in (select original_order_id from retellings)
        and sighted_orders.order_id is null
),
retold as (
    select originals.order_id, lines.source, line_product_id, line_quantity, line_amount,
        min(lines.source) over (partition by originals.order_id) as first_source
    from lines
    join originals on originals.order_id = lines.original_order_id
    where is_sighted
),
with_own as (
    select distinct order_id
    from lines
    where not is_sighted and order_id in (select order_id from retold)
),
several as (
    select order_id, line_product_id, line_quantity, line_amount
    from lines
    where not is_sighted and not is_alone
    union all
    select retold.order_id, line_product_id, line_quantity, line_amount
    from retold
    left join with_own on with_own.order_id = retold.order_id
    where with_own.order_id is null and source = first_source
),
told as (
    select order_id, 1 as line_number, line_product_id, line_quantity, line_amount
    from lines
    where not is_sighted and is_alone
    union all
    select order_id,
        row_number() over (
            partition by order_id
            order by line_product_id nulls first, coalesce(cast(line_quantity as double), 1.0),
                money(cast(coalesce(line_amount, '0') as decimal(28, 8)))
        ) as line_number,
        line_product_id, line_quantity, line_amount
    from several
)
select order_id,
    cast(line_number as bigint) as line_number,
    line_product_id as product_id,
    coalesce(cast(line_quantity as double), 1.0) as quantity,
    money(cast(coalesce(line_amount, '0') as decimal(28, 8))) as line_amount
from told
