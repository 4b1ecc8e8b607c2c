-- conversion_days: one row per person and day on which, or in the days after which, the person converts.
-- Key: person_id, day. Left out: days before the first or after the last that is looked at; persons without
-- a contact in the days looked at.
with looked as (
    select max(micros(as_of)) as as_of_us from as_of
),
told as (
    select person_id, cast(floor((as_of_us - micros(occurred_at)) / $day_us) as bigint) as day
    from outcomes cross join looked
    where micros(occurred_at) <= as_of_us and as_of_us - micros(occurred_at) < $max_us
)
select person_id, told.day + steps.step as day, count(*) as n_conversions
from told
join (select distinct person_id from contact_days) as known using (person_id)
cross join steps
where steps.step < $horizon_days and told.day + steps.step between $last_day and $first_day
group by person_id, told.day + steps.step
