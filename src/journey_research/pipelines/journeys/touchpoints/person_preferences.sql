-- person_preferences: one row per person and dimension ('channel', 'part_of_day'), with the value that leads.
-- Key: person_id, dimension. Left out: persons who never came of their own accord; what says that somebody
-- wants less of it. Counted are days in the person's zone, not touches: what happens on one day hangs together.
-- The time of day says nothing where a message made it: answers to a campaign that was sent to the person.
with stitched as (
    select touch_id, person_id from journey_touches
),
met as (
    select touches.touch_id, stitched.person_id, touches.channel, touches.direction, touches.campaign_id,
        touches.is_date_only, touches.touched_at, unwanted.action is null as is_wanted,
        micros(touches.touched_at) + zone_offsets.offset_us as local_us
    from touches
    join stitched on touches.touch_id = stitched.touch_id
    join zone_offsets
        on micros(touches.touched_at) >= zone_offsets.from_us
        and micros(touches.touched_at) < zone_offsets.until_us
    left join unwanted on touches.action = unwanted.action
),
came as (
    select person_id, channel, campaign_id, is_date_only,
        floor(local_us / 86400000000.0) as local_day,
        floor(local_us / 3600000000.0) - 24 * floor(local_us / 86400000000.0) as local_hour
    from met
    where direction = 'inbound' and is_wanted
),
addressed as (
    select distinct person_id, campaign_id
    from met
    where direction = 'outbound' and campaign_id is not null
),
unprompted as (
    select came.person_id, came.local_day, came.local_hour
    from came
    left join addressed
        on came.person_id = addressed.person_id and came.campaign_id = addressed.campaign_id
    where addressed.person_id is null and not came.is_date_only
),
days as (
    select distinct 'channel' as dimension, person_id, channel as value, local_day from came
    union all
    select distinct 'part_of_day', unprompted.person_id, parts_of_day.part, unprompted.local_day
    from unprompted
    join parts_of_day
        on unprompted.local_hour >= parts_of_day.from_hour and unprompted.local_hour < parts_of_day.until_hour
),
counted as (
    select dimension, person_id, value, count(*) as n_value
    from days
    group by dimension, person_id, value
),
usual as (
    select dimension, value, cast(sum(n_value) as double) as n_usual from counted group by dimension, value
),
usual_shares as (
    select dimension, value, n_usual / sum(n_usual) over (partition by dimension) as usual_share from usual
),
ranked as (
    select *,
        sum(n_value) over (partition by dimension, person_id) as n_days,
        row_number() over (partition by dimension, person_id order by n_value desc, value) as place,
        lead(n_value) over (partition by dimension, person_id order by n_value desc, value) as n_next
    from counted
),
leading_values as (
    select dimension, person_id, value as leading_value, n_value as n_leading,
        coalesce(n_next, 0) as n_runner_up, n_days
    from ranked
    where place = 1
),
exchanged as (
    select person_id, channel, direction,
        min(case when direction = 'inbound' and is_wanted then micros(touched_at) end) over (
            partition by person_id, channel order by touched_at, touch_id
            rows between 1 following and unbounded following
        ) - micros(touched_at) as answered_us
    from met
),
answers as (
    select 'channel' as dimension, person_id, channel as value, count(*) as n_sent,
        count(case when answered_us <= $answer_us then 1 end) as n_answered
    from exchanged
    where direction = 'outbound'
    group by person_id, channel
),
-- Wilson's interval, and the share as far as so many days move it from what is usual.
judged as (
    select leading_values.*,
        cast(n_leading as double) / n_days as leading_share,
        (n_leading + $prior_days * usual_share) / (n_days + $prior_days) as shrunk_share,
        $z * $z / n_days as spread,
        n_days >= $min_days
            and n_leading - n_runner_up - 1 >= $z * sqrt(n_leading + n_runner_up) as is_clear
    from leading_values
    join usual_shares
        on leading_values.dimension = usual_shares.dimension
        and leading_values.leading_value = usual_shares.value
)
select judged.person_id, judged.dimension, leading_value,
    case when is_clear then leading_value end as preferred_value,
    is_clear, cast(n_days as bigint) as n_days, n_leading, n_runner_up, leading_share,
    greatest(
        (leading_share + spread / 2 - $z * sqrt(leading_share * (1 - leading_share) / n_days
            + spread / (4 * n_days))) / (1 + spread), 0
    ) as low,
    least(
        (leading_share + spread / 2 + $z * sqrt(leading_share * (1 - leading_share) / n_days
            + spread / (4 * n_days))) / (1 + spread), 1
    ) as high,
    shrunk_share,
    coalesce(n_sent, 0) as n_sent, coalesce(n_answered, 0) as n_answered
from judged
left join answers
    on judged.dimension = answers.dimension and judged.person_id = answers.person_id
    and judged.leading_value = answers.value
