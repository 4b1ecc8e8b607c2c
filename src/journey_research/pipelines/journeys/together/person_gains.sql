-- person_gains: one row per known person, with the conversions of all its days, less what is usual.
-- Key: person_id. Left out: persons without a contact in the days looked at.
with usual as (
    select day, cast(round(1000000.0 * sum(n_conversions) / $n_persons) as bigint) as usual_millionths
    from conversion_days
    group by day
),
spread as (
    select sum(usual_millionths) as usual_millionths, sum(usual_millionths * usual_millionths) as squared
    from usual
),
had as (
    select conversion_days.person_id, sum(n_conversions) as n_conversions,
        sum(n_conversions * n_conversions) as squared, sum(n_conversions * usual_millionths) as crossed
    from conversion_days join usual on usual.day = conversion_days.day
    group by conversion_days.person_id
)
select known.person_id, cast(coalesce(had.n_conversions, 0) as bigint) as n_conversions,
    cast(
        1000000 * coalesce(had.n_conversions, 0) - coalesce(spread.usual_millionths, 0) as bigint
    ) as gained_millionths,
    coalesce(had.squared, 0) - 2 * coalesce(had.crossed, 0) / 1000000.0
        + coalesce(spread.squared, 0) / 1000000000000.0 as squared_gain
from (select distinct person_id from contact_days) as known
cross join spread
left join had on had.person_id = known.person_id
