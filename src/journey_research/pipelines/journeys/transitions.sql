-- transitions: one row per pair of channels that follow each other inside a journey.
-- Key: from_channel, to_channel. Left out: the last touch of each journey, which nothing follows.
with followed as (
    select channel as from_channel, touched_at,
        lead(channel) over journey as to_channel,
        lead(touched_at) over journey as next_touched_at
    from journey_touches
    window journey as (partition by journey_id order by touch_number)
)
select from_channel, to_channel,
    count(*) as n_transitions,
    median(cast(micros(next_touched_at) - micros(touched_at) as double)) / 60000000 as median_gap_minutes
from followed
where to_channel is not null
group by from_channel, to_channel
