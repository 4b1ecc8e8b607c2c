-- sync_lags: one row per campaign or claim and pair of channels, with how long the second channel takes to say
-- to a person what the first has said.
-- Key: level, name, first_channel, second_channel. Left out: messages that no other channel follows less than
-- the window later; of a person, all but the first such pair.
with said as (
    select 'claim' as level, claim as name, person_id, touched_at, touch_id, channel from message_claims
    union all
    select 'campaign', campaign_id, person_id, touched_at, touch_id, channel
    from messages
    where campaign_id is not null
),
followed as (
    select level, name, person_id, touched_at, touch_id, channel as first_channel,
        lead(channel) over told as second_channel,
        lead(micros(touched_at)) over told - micros(touched_at) as lag_us
    from said
    window told as (partition by level, name, person_id order by touched_at, touch_id)
),
firsts as (
    select *,
        row_number() over (
            partition by level, name, person_id, first_channel, second_channel order by touched_at, touch_id
        ) as place
    from followed
    where second_channel <> first_channel and lag_us < $window_us
),
ranked as (
    select level, name, first_channel, second_channel, lag_us / 3600000000.0 as lag_hours,
        row_number() over (
            partition by level, name, first_channel, second_channel order by lag_us, person_id
        ) as place,
        count(*) over (partition by level, name, first_channel, second_channel) as n
    from firsts
    where place = 1
),
-- The order statistics between which the median lies with 95 %, whatever the distribution is.
bounded as (
    select *, greatest(floor(n / 2.0 - $z * sqrt(n) / 2.0), 1) as below from ranked
)
select level, name, first_channel, second_channel,
    min(n) as n_persons,
    (max(case when place = floor((n + 1) / 2.0) then lag_hours end)
        + max(case when place = floor(n / 2.0) + 1 then lag_hours end)) / 2.0 as median_lag_hours,
    max(case when n >= 6 and place = below then lag_hours end) as low,
    max(case when n >= 6 and place = n - below + 1 then lag_hours end) as high
from bounded
group by level, name, first_channel, second_channel
