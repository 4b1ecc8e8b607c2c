-- channel_weeks: one row per channel and week back from as_of: what it cost, and what it was credited with.
-- Key: channel, week. Left out: weeks that begin before the first day with spend; what lies after as_of;
-- spend in several currencies.
-- A person's worth is shared evenly by its touches up to its first conversion.
with ends as (
    select micros(as_of) as end_us from as_of
),
credited as (
    select journey_touches.channel, journey_touches.person_id,
        cast(floor(cast(end_us - micros(touched_at) as double) / 604800000000) as bigint) as week,
        cast(worth_amount / n_touches as decimal(18, 4)) as worth_amount
    from journey_touches
        join won_people on journey_touches.person_id = won_people.person_id
        cross join ends
    where micros(touched_at) <= won_us
),
worth as (
    select channel, week, cast(sum(worth_amount) as double) as worth_amount,
        count(distinct person_id) as n_credited
    from credited group by channel, week
),
days as (
    select channel, spent_amount, n_clicks,
        micros(cast(spent_date as timestamp)) + 43200000000 as midday_us
    from spend
),
paid as (
    select channel,
        cast(floor(cast(end_us - midday_us as double) / 604800000000) as bigint) as week,
        spent_amount, coalesce(n_clicks, 0) as n_clicks
    from days cross join ends
    where midday_us <= end_us and (select count(distinct currency) from spend) = 1
),
costs as (
    select channel, week, cast(sum(spent_amount) as double) as spent_amount,
        cast(sum(n_clicks) as bigint) as n_clicks
    from paid group by channel, week
),
names as (
    select channel from worth union select channel from costs
),
known as (
    select cast(
        floor(cast(max(end_us) - min(midday_us) + 86400000000 as double) / 604800000000) as bigint
    ) as n_weeks
    from days cross join ends
    where midday_us <= end_us
),
weeks as (
    select distinct week from costs cross join known where week < n_weeks
)
select names.channel, weeks.week,
    coalesce(spent_amount, 0) as spent_amount, coalesce(n_clicks, 0) as n_clicks,
    coalesce(worth_amount, 0) as worth_amount, coalesce(n_credited, 0) as n_credited
from names cross join weeks
    left join worth on names.channel = worth.channel and weeks.week = worth.week
    left join costs on names.channel = costs.channel and weeks.week = costs.week
