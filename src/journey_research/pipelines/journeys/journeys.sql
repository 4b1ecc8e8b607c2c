-- journeys: one row per journey; an outcome after its last touch closes it.
-- Key: journey_id (with variants of identity: person_id, journey_id). Left out: nothing.
-- A cycle ends with a conversion, so the first journey after k conversions begins cycle k + 1 or lies in it.
with stepped as (
    select journey_touches.*,
        lag(channel) over (partition by person_id, journey_id order by touch_number) as channel_before,
        kinds.kind
    from journey_touches
    left join kinds on kinds.action = journey_touches.action
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
        ) as path,
        min(case when touch_number = 1 then channel end) as first_channel,
        max(case when kind = 'complaint' then 1 else 0 end) as has_complaint,
        max(case when kind = 'service' then 1 else 0 end) as has_service,
        max(case when kind = 'buying' then 1 else 0 end) as has_buying
    from stepped
    group by person_id, journey_id
),
closed as (
    select person_id, journey_id, outcome_id, occurred_at, outcome_amount
    from closed_journeys
    where journey_id is not null
),
-- The touches of an outcome's instant belong to what it closes: it stands after the journeys of its instant.
happened as (
    select person_id, journey_id, started_at as happened_at, 0 as is_outcome, journey_id as id
    from walked
    union all
    select person_id, null, occurred_at, 1, outcome_id
    from closed_journeys
),
counted as (
    select person_id, journey_id,
        sum(is_outcome) over (
            partition by person_id order by happened_at, is_outcome, id
            rows between unbounded preceding and current row
        ) as n_outcomes
    from happened
),
cycles as (
    select person_id, journey_id, cast(n_outcomes + 1 as bigint) as cycle_number
    from counted
    where journey_id is not null
)
select walked.journey_id, walked.person_id, walked.started_at,
    coalesce(closed.occurred_at, walked.last_touched_at) as ended_at,
    walked.n_touches, walked.n_sessions,
    case when closed.outcome_id is null then 'open' else 'converted' end as outcome,
    closed.outcome_id, closed.outcome_amount,
    walked.path, walked.first_channel,
    case
        when closed.outcome_id is not null then 'buying'
        when has_complaint = 1 then 'complaint'
        when has_service = 1 then 'service'
        when has_buying = 1 then 'buying'
        else 'information_seeking'
    end as kind,
    has_service = 1 as has_service,
    has_complaint = 1 as has_complaint,
    cycles.cycle_number,
    cycles.cycle_number > 1 as is_post_sale
from walked
join cycles on walked.person_id = cycles.person_id and walked.journey_id = cycles.journey_id
left join closed on walked.person_id = closed.person_id and walked.journey_id = closed.journey_id
