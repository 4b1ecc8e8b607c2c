-- person_behaviour: one row per person and period: what it did, and how, up to the end of the period.
-- Key: person_id, period. Left out: persons without a touch in the period; what lies after as_of.
-- Periods: now (all up to as_of), week_before (all up to a week before), and the odd and the even weeks
-- counted back from as_of, which are two looks at the same persons.
with ends as (
    select micros(as_of) as end_us from as_of
),
touched as (
    select person_id, session_id, channel, action, initiative,
        micros(touched_at) as at_us,
        cast(floor((end_us - micros(touched_at)) / 604800000000) as bigint) as week,
        mod(cast(floor(micros(touched_at) / 3600000000) as bigint), 24) as hour,
        -- Days since 1970-01-01, a Thursday: 0 is Monday.
        mod(cast(floor(micros(touched_at) / 86400000000) as bigint) + 3, 7) as weekday
    from journey_touches cross join ends
    where micros(touched_at) <= end_us
),
bought as (
    select outcomes.person_id, outcome_amount, micros(occurred_at) as at_us,
        cast(floor((end_us - micros(occurred_at)) / 604800000000) as bigint) as week,
        case when orders.coupon_id is not null or orders.discount_amount > 0 then 1 else 0 end as is_reduced
    from outcomes cross join ends left join orders on outcomes.outcome_id = orders.order_id
    where micros(occurred_at) <= end_us
),
behaved as (
    select person_id, period, first_week,
        count(*) as n_touches,
        count(distinct session_id) as n_sessions,
        count(distinct channel) as n_channels,
        cast(count_if(initiative = 'company') as bigint) as n_company,
        cast(count_if(regexp_matches(action, '_delivered$')) as bigint) as n_delivered,
        cast(count_if(regexp_matches(action, '_opened$') and initiative = 'customer') as bigint) as n_opened,
        cast(count_if(action = 'product_viewed') as bigint) as n_products,
        cast(count_if(action in ('added_to_cart', 'added_to_wishlist')) as bigint) as n_picked,
        cast(count_if(action in ('coupon_applied', 'coupon_redeemed')) as bigint) as n_coupons,
        cast(count_if(hour < 6 or hour >= 17) as bigint) as n_late,
        cast(count_if(weekday >= 5) as bigint) as n_weekend,
        max(at_us) as last_us
    from touched join periods
        on week >= first_week and (remainder = -1 or mod(week, 2) = remainder)
    group by person_id, period, first_week
),
converted as (
    select person_id, period, count(*) as n_outcomes, sum(is_reduced) as n_reduced,
        sum(outcome_amount) as amount, max(at_us) as last_us
    from bought join periods
        on week >= first_week and (remainder = -1 or mod(week, 2) = remainder)
    group by person_id, period
)
select behaved.person_id, behaved.period, n_touches, n_sessions, n_channels, n_company, n_delivered,
    n_opened, n_products, n_picked, n_coupons, n_late, n_weekend,
    cast(coalesce(n_outcomes, 0) as bigint) as n_outcomes,
    cast(coalesce(n_reduced, 0) as bigint) as n_reduced,
    cast(coalesce(amount, 0) as decimal(18, 2)) as amount,
    cast(end_us - first_week * 604800000000 - behaved.last_us as double) / 86400000000 as silent_days,
    cast(end_us - first_week * 604800000000 - converted.last_us as double) / 86400000000 as no_outcome_days
from behaved cross join ends left join converted
    on behaved.person_id = converted.person_id and behaved.period = converted.period
