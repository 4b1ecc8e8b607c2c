-- offline_shares: one row per offline channel and for all of them: persons met there, and only there.
-- Key: area. Left out: channels without touches; persons without touches.
with areas as (
    select channel, channel as area from offline_channels
    union all
    select channel, 'offline' from offline_channels
),
persons as (
    select person_id, count(*) as n_touches from journey_touches group by person_id
),
met as (
    select areas.area, journey_touches.person_id, count(*) as n_touches
    from journey_touches join areas on areas.channel = journey_touches.channel
    group by areas.area, journey_touches.person_id
),
walked as (
    select person_id, count(*) as n_journeys,
        sum(case when outcome = 'converted' then 1 else 0 end) as n_converted
    from journeys
    group by person_id
),
judged as (
    select met.area, met.n_touches = persons.n_touches as is_only,
        coalesce(walked.n_journeys, 0) as n_journeys, coalesce(walked.n_converted, 0) as n_converted
    from met
    join persons on persons.person_id = met.person_id
    left join walked on walked.person_id = met.person_id
)
select area, count(*) as n_touched, cast(count_if(is_only) as bigint) as n_only,
    cast(sum(case when is_only then n_journeys else 0 end) as bigint) as n_journeys,
    cast(sum(case when is_only then n_converted else 0 end) as bigint) as n_converted,
    max(sizes.n) as n
from judged cross join (select count(*) as n from persons) as sizes
group by area
