-- placed_steps: one row per event, with its place in its history, from 1.
-- Key: kind, person, part, step. Left out: nothing.
select kind, person, part, step, event, happened_us,
    row_number() over (partition by kind, person, part order by step) as place
from steps
