-- early_touches: one row per phase and group of channels: how many of the phase's journeys begin in it.
-- Key: phase, channel_group. Left out: phases without journeys; groups that no journey begins in.
-- hh, hn, nn: over persons, sums of hits squared, of hits times journeys, of journeys squared.
with known as (
    select person_id, min(micros(first_reached_at)) as known_us
    from ladder
    where rung <> $connection
    group by person_id
),
begun as (
    select journeys.person_id, coalesce(channel_groups.channel_group, 'other') as channel_group,
        case
            when cycle_number > 1 then 'later_cycle'
            when known_us is null or known_us > micros(started_at) then 'before_contact'
            else 'after_contact'
        end as phase
    from journeys
    left join known on known.person_id = journeys.person_id
    left join channel_groups on channel_groups.channel = journeys.first_channel
),
sizes as (
    select phase, person_id, count(*) as n from begun group by phase, person_id
),
hits as (
    select phase, person_id, channel_group, count(*) as n_hits
    from begun
    group by phase, person_id, channel_group
),
asked as (
    select sizes.phase, sizes.person_id, groups.channel_group, sizes.n, coalesce(hits.n_hits, 0) as n_hits
    from sizes
    cross join (select distinct channel_group from begun) as groups
    left join hits
        on hits.phase = sizes.phase and hits.person_id = sizes.person_id
        and hits.channel_group = groups.channel_group
)
select phase, channel_group, cast(sum(n_hits) as bigint) as n_hits, cast(sum(n) as bigint) as n,
    count(*) as n_persons, cast(sum(n_hits * n_hits) as bigint) as hh,
    cast(sum(n_hits * n) as bigint) as hn, cast(sum(n * n) as bigint) as nn
from asked
group by phase, channel_group
