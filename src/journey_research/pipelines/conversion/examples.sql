-- examples: one row per active person and cut-off: features from before it, outcome from the horizon
-- after it, and the split it may be used in.
-- Key: example_id. Left out: test persons at training cut-offs, other persons at test cut-offs, and
-- cut-offs between the two, whose horizon reaches into the test.
with happened as (
    select o.person_id, c.cut_off_at, count(*) as n_outcomes
    from outcomes o
    join cut_offs c
        on o.occurred_at > c.cut_off_at
        and micros(o.occurred_at) <= micros(c.cut_off_at) + $horizon_us
    where c.period <> 'current'
    group by o.person_id, c.cut_off_at
),
placed as (
    select f.*, c.period, coalesce(h.n_outcomes, 0) > 0 as has_outcome,
        left(md5(concat_ws(':', cast($split_seed as varchar), f.person_id)), 8) < $test_below as is_test_person
    from features f
    join cut_offs c on c.cut_off_at = f.cut_off_at
    left join happened h on h.person_id = f.person_id and h.cut_off_at = f.cut_off_at
)
select
    concat_ws('@', person_id, cast(micros(cut_off_at) as varchar)) as example_id,
    person_id, cut_off_at,
    period as split,
    case when period <> 'current' then has_outcome end as is_converted,
    n_touches_7_days, n_touches_30_days, n_inbound_30_days, n_outbound_30_days,
    n_channels_30_days, n_sessions_30_days, n_outcomes_before, n_orders_before,
    ordered_amount_before, days_since_touch, days_since_order
from placed
where period = 'current'
    or (period = 'test' and is_test_person)
    or (period = 'train' and not is_test_person)
order by example_id
