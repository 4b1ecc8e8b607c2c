-- person_steps: one row per person, period and pair of channels that follow each other in a journey.
-- Key: person_id, period, from_channel, to_channel. Left out: touches in the session and the channel of
-- the touch before, which tell of length, not of direction; what lies after as_of.
-- An empty from_channel is a journey's start. A step across the end of a period belongs to its later week.
with ends as (
    select micros(as_of) as end_us from as_of
),
followed as (
    select person_id, channel, session_id,
        cast(floor((end_us - micros(touched_at)) / 604800000000) as bigint) as week,
        lag(channel) over journey as channel_before, lag(session_id) over journey as session_before
    from journey_touches cross join ends
    where micros(touched_at) <= end_us
    window journey as (partition by person_id, journey_id order by touched_at, touch_id)
),
stepped as (
    select person_id, week, coalesce(channel_before, '') as from_channel, channel as to_channel
    from followed
    where channel_before is null or channel_before <> channel or session_before <> session_id
)
select person_id, period, from_channel, to_channel, count(*) as n_steps
from stepped join periods
    on week >= first_week and (remainder = -1 or mod(week, 2) = remainder)
group by person_id, period, from_channel, to_channel
