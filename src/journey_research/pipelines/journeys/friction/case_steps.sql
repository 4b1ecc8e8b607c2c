-- case_steps: one row per case (session or journey) and kind of touch in it.
-- Key: case_id, step. Left out: nothing.
with numbered as (
    select *, row_number() over (partition by case_id, step order by touched_at, touch_id) as number
    from step_touches
)
select case_id, step,
    max(person_id) as person_id,
    min(touched_at) as first_at,
    max(touched_at) as last_at,
    count(*) as n_touches,
    max(is_contact) as is_contact,
    max(case when number = 1 then channel end) as channel
from numbered
group by case_id, step
