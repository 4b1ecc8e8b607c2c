-- outcome_steps: one row per touch and per outcome, with its place in the history of its person.
-- Key: person, step. Left out: nothing. An outcome stands after the touches of its own instant.
with happened as (
    select person_id, touched_at as happened_at, 0 as is_outcome, touch_id as id, action as event
    from journey_touches
    union all
    select person_id, occurred_at, 1, outcome_id, kind
    from outcomes
)
select person_id as person,
    row_number() over (partition by person_id order by happened_at, is_outcome, id) as step,
    event, happened_at
from happened
