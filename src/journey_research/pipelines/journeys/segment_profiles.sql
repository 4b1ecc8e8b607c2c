-- segment_profiles: one row per segment, averages over its persons.
-- Key: segment. Left out: nothing.
with mixed as (
    select segment, channel, cast(sum(person_channels.n_touches) as bigint) as n_channel_touches
    from segments join person_channels using (person_id)
    group by segment, channel
),
ranked as (
    select segment, channel, n_channel_touches,
        row_number() over (partition by segment order by n_channel_touches desc, channel) as place
    from mixed
),
averaged as (
    select segment, count(*) as n_persons,
        cast(sum(n_touches) as bigint) as n_touches,
        cast(sum(n_outcomes) as bigint) as n_outcomes,
        cast(sum(amount) as decimal(18, 2)) as amount
    from segments join person_behaviour using (person_id)
    group by segment
)
select averaged.segment, n_persons,
    cast(n_touches as double) / n_persons as touches_mean,
    cast(n_outcomes as double) / n_persons as outcomes_mean,
    cast(amount as double) / n_persons as amount_mean,
    channel as main_channel,
    cast(n_channel_touches as double) / n_touches as main_channel_share
from averaged join ranked on averaged.segment = ranked.segment and place = 1
