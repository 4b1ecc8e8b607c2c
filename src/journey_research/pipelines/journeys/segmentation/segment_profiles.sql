-- segment_profiles: one row per segment, averages over its persons, and its share of all.
-- Key: segment. Left out: persons without touches.
with mixed as (
    select segment, channel, count(*) as n_channel_touches
    from segments join journey_touches using (person_id) cross join as_of
    where touched_at <= as_of
    group by segment, channel
),
ranked as (
    select segment, channel, n_channel_touches,
        row_number() over (partition by segment order by n_channel_touches desc, channel) as place
    from mixed
),
added as (
    select segment, count(*) as n_persons,
        cast(sum(n_touches) as bigint) as n_touches,
        cast(sum(n_outcomes) as bigint) as n_outcomes,
        cast(sum(amount) as decimal(18, 2)) as amount
    from segments join person_behaviour using (person_id)
    group by segment
),
whole as (
    select cast(sum(n_persons) as bigint) as n_persons, cast(sum(amount) as decimal(18, 2)) as amount
    from added
)
select added.segment, added.n_persons,
    cast(added.n_persons as double) / whole.n_persons as person_share,
    cast(n_touches as double) / added.n_persons as touches_mean,
    cast(n_outcomes as double) / added.n_persons as outcomes_mean,
    cast(added.amount as double) / added.n_persons as amount_mean,
    case when whole.amount > 0 then cast(added.amount as double) / cast(whole.amount as double) end
        as amount_share,
    channel as main_channel,
    cast(n_channel_touches as double) / n_touches as main_channel_share,
    style
from added cross join whole
join ranked on added.segment = ranked.segment and place = 1
join segment_styles on added.segment = segment_styles.segment
