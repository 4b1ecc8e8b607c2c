-- pair_sums: one row per person and what a day can hold of a first and a second channel; days and conversions.
-- Key: person_id, first_channel, second_channel, kind. Left out: pairs of one channel; closing channels second.
-- kind: first, second (with the other channel null), both, or late: the first channel only later that day.
-- Conversions are in millionths, less what is usual on such a day, so that sums are whole numbers.
with usual as (
    select day, cast(round(1000000.0 * sum(n_conversions) / $n_persons) as bigint) as usual_millionths
    from conversion_days
    group by day
),
seconds as (
    select person_id, channel, day, first_us
    from contact_days
    where day between $last_day and $first_day
        and channel not in (select channel from closing_channels)
),
held as (
    select person_id, channel as first_channel, cast(null as varchar) as second_channel, 'first' as kind, day
    from earlier_contacts
    union all
    select person_id, null, channel, 'second', day
    from seconds
    union all
    select seconds.person_id, earlier_contacts.channel, seconds.channel,
        case when earlier_contacts.first_us < seconds.first_us then 'both' else 'late' end, seconds.day
    from seconds
    join earlier_contacts
        on earlier_contacts.person_id = seconds.person_id and earlier_contacts.day = seconds.day
    where earlier_contacts.channel <> seconds.channel
)
select held.person_id, first_channel, second_channel, kind, count(*) as n_days,
    cast(
        sum(1000000 * coalesce(n_conversions, 0) - coalesce(usual_millionths, 0)) as bigint
    ) as gained_millionths,
    cast(sum(coalesce(n_conversions, 0)) as bigint) as n_conversions
from held
left join conversion_days on conversion_days.person_id = held.person_id and conversion_days.day = held.day
left join usual on usual.day = held.day
group by held.person_id, first_channel, second_channel, kind
