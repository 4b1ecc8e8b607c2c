-- person_channels: one row per person, period and channel.
-- Key: person_id, period, channel. Left out: channels without a touch; what lies after as_of.
with ends as (
    select micros(as_of) as end_us from as_of
),
touched as (
    select person_id, channel,
        cast(floor((end_us - micros(touched_at)) / 604800000000) as bigint) as week
    from journey_touches cross join ends
    where micros(touched_at) <= end_us
)
select person_id, period, channel, count(*) as n_touches
from touched join periods
    on week >= first_week and (remainder = -1 or mod(week, 2) = remainder)
group by person_id, period, channel
