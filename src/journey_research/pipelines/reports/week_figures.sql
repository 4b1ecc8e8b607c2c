-- week_figures: one row per figure and period ('this': from $start_at to $end_at, 'before': from $before_at).
-- Key: figure, period. Totals of amounts (numerators) and of bases (denominators of rates), and the sums over
-- persons of their squares and products, which say how much chance in the draw of persons can move a total.
-- Left out: what lies outside both periods; orders that are pending or cancelled; records without a person.
with events as (
    select 'touches' as figure, person_id, touched_at as happened_at,
        cast(1 as decimal(18, 2)) as amount, cast(0 as decimal(18, 2)) as base
    from journey_touches
    union all
    select 'conversions', person_id, occurred_at, cast(1 as decimal(18, 2)), cast(0 as decimal(18, 2))
    from outcomes
    union all
    select 'revenue', person_id, ordered_at,
        cast(order_amount - refunded_amount as decimal(18, 2)), cast(0 as decimal(18, 2))
    from orders join people using (record_id)
    where status in ('paid', 'refunded')
    union all
    select 'conversion rate', person_id, ended_at,
        cast(case when outcome = 'converted' then 1 else 0 end as decimal(18, 2)), cast(1 as decimal(18, 2))
    from journeys
),
placed as (
    select figure, person_id, amount, base,
        case when happened_at >= $start_at then 'this' else 'before' end as period
    from events
    where happened_at >= $before_at and happened_at < $end_at
),
by_person as (
    select figure, period, person_id,
        cast(sum(amount) as decimal(18, 2)) as amount, cast(sum(base) as decimal(18, 2)) as base
    from placed
    group by figure, period, person_id
)
select figure, period,
    count(*) as n_persons,
    cast(sum(amount) as double) as amount,
    cast(sum(base) as double) as base,
    cast(sum(amount * amount) as double) as amount_squares,
    cast(sum(amount * base) as double) as products,
    cast(sum(base * base) as double) as base_squares
from by_person
group by figure, period
order by figure, period
