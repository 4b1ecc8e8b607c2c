-- availability: one row per product, place and instant at which a source told what there was.
-- Key: source, product_id, location_id, measured_at. Told twice, the smaller quantity is believed, and
-- the state that promises less.
select source, product_id, location_id, measured_at,
    cast(min(cast(quantity as decimal(28, 8))) as double) as quantity,
    case max(case state when 'discontinued' then 5 when 'out' then 4 when 'preorder' then 3
            when 'low' then 2 when 'in_stock' then 1 end)
        when 5 then 'discontinued' when 4 then 'out' when 3 then 'preorder' when 2 then 'low'
        when 1 then 'in_stock' end as state
from mapped_availability
group by source, product_id, location_id, measured_at
