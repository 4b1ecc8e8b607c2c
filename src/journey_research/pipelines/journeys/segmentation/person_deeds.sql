-- person_deeds: one row per person, period and pair of deeds that follow each other in a session.
-- Key: person_id, period, from_deed, to_deed. Left out: what the company does; what lies after as_of.
-- A deed is the action, or the page where the action is one of looking at pages and the page is told: the
-- first part of its address, 'home' where that is empty. An empty from_deed is a session's start, an empty
-- to_deed its end. A step across the end of a period belongs to its later week.
with ends as (
    select micros(as_of) as end_us from as_of
),
paged as (
    select journey_touches.person_id, journey_touches.session_id, journey_touches.touched_at,
        journey_touches.touch_id, journey_touches.action,
        case when journey_touches.action = $paged_action and touches.content_id is not null
            then lower(split_part(
                case when starts_with(touches.content_id, '/') then substring(touches.content_id, 2)
                    else touches.content_id end, '/', 1)) end as page
    from journey_touches left join touches on journey_touches.touch_id = touches.touch_id
    where journey_touches.initiative <> 'company'
),
done as (
    select person_id, session_id, touched_at, touch_id,
        cast(floor((end_us - micros(touched_at)) / 604800000000) as bigint) as week,
        case when page is null then action else concat_ws(' ', action, coalesce(nullif(page, ''), 'home')) end
            as deed
    from paged cross join ends
    where micros(touched_at) <= end_us
),
followed as (
    select person_id, week, deed, lag(deed) over one as before, lead(deed) over one as after
    from done
    window one as (partition by person_id, session_id order by touched_at, touch_id)
),
stepped as (
    select person_id, week, coalesce(before, '') as from_deed, deed as to_deed from followed
    union all
    select person_id, week, deed as from_deed, '' as to_deed from followed where after is null
)
select person_id, period, from_deed, to_deed, count(*) as n_steps
from stepped join periods
    on week >= first_week and (remainder = -1 or mod(week, 2) = remainder)
group by person_id, period, from_deed, to_deed
