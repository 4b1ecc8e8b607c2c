-- landmark_steps: one row per touch of the first days of a journey that was watched long enough, with its outcome.
-- Key: person, step. Left out: touches after the landmark; journeys that converted before it, or that began too
-- late for their horizon to have passed at as_of.
with watched as (
    select journey_id as journey, micros(started_at) + $landmark_us as landmark_us,
        case when outcome = 'converted' and micros(ended_at) <= micros(started_at) + $landmark_us + $horizon_us
            then 'converted' else 'other' end as outcome
    from journeys
    where micros(started_at) + $landmark_us + $horizon_us <= (select max(micros(as_of)) from as_of)
        and (outcome <> 'converted' or micros(ended_at) > micros(started_at) + $landmark_us)
)
select person, step, event, happened_at, journey, outcome
from steps join watched using (journey)
where micros(happened_at) <= landmark_us
