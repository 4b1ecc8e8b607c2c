-- friction: one row per channel that decided journeys pass, with how many were dropped there.
-- Key: channel. Left out: journeys whose last touch is too fresh at as_of to be called dropped or not.
with decided as (
    select journey_id, max(touched_at) as last_touched_at, max(touch_number) as last_number
    from journey_touches
    group by journey_id
    having micros(max(touched_at)) + $max_gap_us < (select max(micros(as_of)) from as_of)
),
passed as (
    select distinct journey_id, channel
    from journey_touches join decided using (journey_id)
),
dropped as (
    select journey_id, channel
    from journey_touches join decided using (journey_id) join journeys using (journey_id)
    where touch_number = last_number and outcome = 'open'
)
select passed.channel,
    count(*) as n_journeys,
    count(dropped.journey_id) as n_dropped
from passed
left join dropped on passed.journey_id = dropped.journey_id and passed.channel = dropped.channel
group by passed.channel
