-- won_people: one row per person with a conversion: by which channel it came first, and what it is worth.
-- Key: person_id. Left out: persons without a touch up to their first conversion; what lies after as_of.
-- A person is worth what it brought so far and what is still expected of it.
with ends as (
    select micros(as_of) as end_us from as_of
),
bought as (
    select person_id, min(micros(occurred_at)) as won_us,
        cast(sum(outcome_amount) as decimal(18, 2)) as brought_amount
    from outcomes cross join ends
    where micros(occurred_at) <= end_us
    group by person_id
),
numbered as (
    select journey_touches.person_id, channel, won_us, brought_amount,
        row_number() over (
            partition by journey_touches.person_id order by touched_at, touch_id
        ) as place,
        count(*) over (partition by journey_touches.person_id) as n_touches
    from journey_touches join bought on journey_touches.person_id = bought.person_id
    where micros(touched_at) <= won_us
)
select numbered.person_id, channel, won_us, n_touches,
    cast(brought_amount as double) + coalesce(expected_amount, 0) as worth_amount
from numbered left join lifetime_values on numbered.person_id = lifetime_values.person_id
where place = 1
