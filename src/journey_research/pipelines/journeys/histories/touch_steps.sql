-- touch_steps: one row per touch, with its place among the touches of its person.
-- Key: person, step. Left out: nothing.
select person_id as person,
    row_number() over (partition by person_id order by touched_at, touch_id) as step,
    event, touched_at as happened_at, session_id as session, journey_id as journey
from touches
