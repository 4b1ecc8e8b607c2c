-- features: one row per person and cut-off, with what was known strictly before the cut-off.
-- Key: person_id, cut_off_at. Left out: persons without a touch or an order in the history before the
-- cut-off. Orders count whatever became of them later: a refund would be news from the future.
with bought as (
    select people.person_id, orders.ordered_at as occurred_at, orders.order_amount
    from orders join people using (record_id)
),
touched as (
    select t.person_id, c.cut_off_at,
        count(*) filter (where micros(t.touched_at) >= micros(c.cut_off_at) - $us_7_days) as n_touches_7_days,
        count(*) filter (where micros(t.touched_at) >= micros(c.cut_off_at) - $us_30_days) as n_touches_30_days,
        count(*) filter (
            where t.initiative = 'customer' and micros(t.touched_at) >= micros(c.cut_off_at) - $us_30_days
        ) as n_inbound_30_days,
        count(*) filter (
            where t.initiative = 'company' and micros(t.touched_at) >= micros(c.cut_off_at) - $us_30_days
        ) as n_outbound_30_days,
        count(
            distinct case when micros(t.touched_at) >= micros(c.cut_off_at) - $us_30_days then t.channel end
        ) as n_channels_30_days,
        count(
            distinct case when micros(t.touched_at) >= micros(c.cut_off_at) - $us_30_days then t.session_id end
        ) as n_sessions_30_days,
        max(t.touched_at) as last_touched_at
    from journey_touches t
    join cut_offs c
        on t.touched_at < c.cut_off_at
        and micros(t.touched_at) >= micros(c.cut_off_at) - $history_us
    group by t.person_id, c.cut_off_at
),
ordered as (
    select b.person_id, c.cut_off_at,
        count(*) as n_orders_before,
        sum(b.order_amount) as ordered_amount_before,
        max(b.occurred_at) as last_ordered_at
    from bought b join cut_offs c on b.occurred_at < c.cut_off_at
    group by b.person_id, c.cut_off_at
),
converted as (
    select o.person_id, c.cut_off_at, count(*) as n_outcomes_before
    from outcomes o join cut_offs c on o.occurred_at < c.cut_off_at
    group by o.person_id, c.cut_off_at
),
eligible as (
    select person_id, cut_off_at from touched
    union
    select person_id, cut_off_at from ordered
    where micros(last_ordered_at) >= micros(cut_off_at) - $history_us
)
select e.person_id, e.cut_off_at,
    coalesce(t.n_touches_7_days, 0) as n_touches_7_days,
    coalesce(t.n_touches_30_days, 0) as n_touches_30_days,
    coalesce(t.n_inbound_30_days, 0) as n_inbound_30_days,
    coalesce(t.n_outbound_30_days, 0) as n_outbound_30_days,
    coalesce(t.n_channels_30_days, 0) as n_channels_30_days,
    coalesce(t.n_sessions_30_days, 0) as n_sessions_30_days,
    coalesce(c.n_outcomes_before, 0) as n_outcomes_before,
    coalesce(o.n_orders_before, 0) as n_orders_before,
    cast(coalesce(o.ordered_amount_before, 0) as double) as ordered_amount_before,
    cast(micros(e.cut_off_at) - micros(t.last_touched_at) as double) / $day_us as days_since_touch,
    cast(micros(e.cut_off_at) - micros(o.last_ordered_at) as double) / $day_us as days_since_order
from eligible e
left join touched t on t.person_id = e.person_id and t.cut_off_at = e.cut_off_at
left join ordered o on o.person_id = e.person_id and o.cut_off_at = e.cut_off_at
left join converted c on c.person_id = e.person_id and c.cut_off_at = e.cut_off_at
order by e.person_id, e.cut_off_at
