-- cases: one row per case (session or journey) that is over at as_of, with the first goal reached in it.
-- Key: case_id. Left out: cases that may still go on.
-- An order is a goal of the person who ordered, and of the one whose browser saw the thanks: orders are
-- often told with an address that the browser never gave.
with touched as (
    select
        case when $case = 'journey' then journey_id else session_id end as case_id,
        person_id, touched_at, touch_id, channel
    from journey_touches
),
numbered as (
    select *, row_number() over (partition by case_id order by touched_at, touch_id) as number
    from touched
),
held as (
    select case_id, max(person_id) as person_id, min(touched_at) as started_at,
        max(touched_at) as ended_at, count(*) as n_touches,
        max(case when number = 1 then channel end) as channel
    from numbered
    group by case_id
    having micros(max(touched_at)) + $case_gap_us < (select max(micros(as_of)) from as_of)
),
goals as (
    select person_id, occurred_at, outcome_amount as goal_amount from outcomes
    union all
    select person_id, sighted_at, order_amount
    from order_sightings join people on people.record_id = order_sightings.record_id
    where $sees_orders
),
reached as (
    select held.case_id, min(goals.occurred_at) as goal_at, max(goals.goal_amount) as goal_amount
    from held
    join goals on goals.person_id = held.person_id
        and micros(goals.occurred_at) >= micros(held.started_at)
        and micros(goals.occurred_at) <= micros(held.ended_at) + $case_gap_us
    group by held.case_id
)
select held.case_id, held.person_id, held.started_at, held.ended_at, held.n_touches, held.channel,
    reached.goal_at, reached.goal_amount
from held left join reached on reached.case_id = held.case_id
