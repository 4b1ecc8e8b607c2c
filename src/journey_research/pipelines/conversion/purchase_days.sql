-- purchase_days: one row per person and day with a purchase, up to the end of the calibration.
-- Key: person_id, day_number. Left out: orders that were cancelled or refunded, and orders after the end.
select people.person_id,
    cast(floor(micros(orders.ordered_at) / 86400000000) as bigint) as day_number,
    cast(sum(orders.order_amount - orders.refunded_amount) as double) as day_amount
from orders
join people using (record_id)
join as_of on orders.ordered_at <= as_of.as_of
where orders.status in ('pending', 'paid')
group by all
order by person_id, day_number
