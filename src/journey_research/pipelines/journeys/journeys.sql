-- journeys: one row per journey; an outcome after its last touch closes it.
-- Key: journey_id (with variants of identity: person_id, journey_id). Left out: nothing.
with stepped as (
    select *,
        lag(channel) over (partition by person_id, journey_id order by touch_number) as channel_before
    from journey_touches
),
walked as (
    select person_id, journey_id,
        min(touched_at) as started_at,
        max(touched_at) as last_touched_at,
        count(*) as n_touches,
        count(distinct session_id) as n_sessions,
        string_agg(
            case when channel_before is null or channel <> channel_before then channel end,
            ' > ' order by touch_number
        ) as path
    from stepped
    group by person_id, journey_id
),
closed as (
    select person_id, journey_id, outcome_id, occurred_at, outcome_amount
    from closed_journeys
    where journey_id is not null
)
select walked.journey_id, walked.person_id, walked.started_at,
    coalesce(closed.occurred_at, walked.last_touched_at) as ended_at,
    walked.n_touches, walked.n_sessions,
    case when closed.outcome_id is null then 'open' else 'converted' end as outcome,
    closed.outcome_id, closed.outcome_amount,
    walked.path
from walked
left join closed on walked.person_id = closed.person_id and walked.journey_id = closed.journey_id
