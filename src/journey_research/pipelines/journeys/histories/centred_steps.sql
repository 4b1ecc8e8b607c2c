-- centred_steps: one row per event, with its distance from the first occurrence of one event in its history.
-- Key: kind, person, part, step. Left out: histories without that event.
with looked_at as (
    select *,
        min(case when event = $centre then place end) over (partition by kind, person, part) as centre_place
    from placed
)
select kind, person, part, step, event, happened_us, place - centre_place as place
from looked_at
where centre_place is not null
