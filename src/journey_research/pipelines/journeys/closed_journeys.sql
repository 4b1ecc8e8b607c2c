-- closed_journeys: one row per outcome, with the journey that it closes.
-- Key: outcome_id (with variants of identity: person_id, outcome_id). Left out: nothing.
-- journey_id is null where an earlier outcome closed that journey already, or where the person has
-- no touch in the longest gap before the outcome; then is_touched is false.
with happened as (
    select person_id, touched_at as happened_at, 0 as is_outcome, touch_id as id, journey_id,
        touched_at, cast(null as decimal(18, 2)) as outcome_amount
    from journey_touches
    union all
    select person_id, occurred_at, 1, outcome_id, null, null, outcome_amount
    from outcomes
),
looked_back as (
    select person_id, happened_at, is_outcome, id, outcome_amount,
        last_value(journey_id ignore nulls) over before as journey_id,
        last_value(touched_at ignore nulls) over before as touched_at
    from happened
    window before as (
        partition by person_id order by happened_at, is_outcome, id
        rows between unbounded preceding and current row
    )
),
judged as (
    select person_id, id as outcome_id, happened_at as occurred_at, outcome_amount, journey_id,
        coalesce(micros(happened_at) - micros(touched_at) <= $max_gap_us, false) as is_touched
    from looked_back
    where is_outcome = 1
),
numbered as (
    select *,
        row_number() over (partition by person_id, journey_id order by occurred_at, outcome_id) as place
    from judged
)
select outcome_id, person_id, occurred_at, outcome_amount, is_touched,
    case when is_touched and place = 1 then journey_id end as journey_id
from numbered
