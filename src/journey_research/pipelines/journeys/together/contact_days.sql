-- contact_days: one row per known person, channel and day with a contact, and when the first of it was.
-- Key: person_id, channel, day. Left out: persons who are no more than a connection; older days.
-- Days are whole ones back from as_of, the latest is 0.
with looked as (
    select max(micros(as_of)) as as_of_us from as_of
),
told as (
    select person_id, channel, micros(touched_at) as at_us,
        cast(floor((as_of_us - micros(touched_at)) / $day_us) as bigint) as day
    from journey_touches cross join looked
    where micros(touched_at) <= as_of_us and as_of_us - micros(touched_at) < $max_us
),
known as (
    select distinct person_id from ladder where rung <> $connection
)
select told.person_id, told.channel, told.day, min(told.at_us) as first_us
from told join known on known.person_id = told.person_id
group by told.person_id, told.channel, told.day
