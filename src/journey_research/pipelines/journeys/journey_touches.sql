-- journey_touches: one row per stitched touch, with its session and its journey.
-- Key: touch_id (with variants of identity: person_id, touch_id). Left out: nothing.
-- A session that a source cut is one session; silence cuts the touches without such a session alone.
-- An outcome stands after the touches of its own instant, so that they belong to what it closes.
with happened as (
    select person_id, touched_at as happened_at, 0 as is_outcome, touch_id as id, touch_id,
        channel, action, initiative, native_session_id
    from touches
    union all
    select person_id, occurred_at, 1, outcome_id, null, null, null, null, null
    from outcomes
),
counted as (
    select *,
        sum(is_outcome) over (
            partition by person_id order by happened_at, is_outcome, id
            rows between unbounded preceding and current row
        ) as n_outcomes
    from happened
),
compared as (
    select person_id, touch_id, happened_at as touched_at, channel, action, initiative, native_session_id,
        micros(happened_at) - lag(micros(happened_at)) over person as gap_us,
        micros(happened_at) - lag(micros(happened_at)) over same_cut as session_gap_us,
        n_outcomes - lag(n_outcomes) over person as n_outcomes_between
    from counted
    where is_outcome = 0
    window person as (partition by person_id order by happened_at, touch_id),
        same_cut as (partition by person_id, native_session_id order by happened_at, touch_id)
),
named as (
    select person_id, touch_id, touched_at, channel, action, initiative,
        last_value(
            case
                when session_gap_us is null or (native_session_id is null and session_gap_us > $session_gap_us)
                    then touch_id
            end
            ignore nulls
        ) over same_cut as session_id,
        last_value(
            case when coalesce(gap_us > $max_gap_us or n_outcomes_between > 0, true) then touch_id end
            ignore nulls
        ) over person as journey_id
    from compared
    window person as (
        partition by person_id order by touched_at, touch_id
        rows between unbounded preceding and current row
    ),
    same_cut as (
        partition by person_id, native_session_id order by touched_at, touch_id
        rows between unbounded preceding and current row
    )
)
select touch_id, person_id, touched_at, session_id, journey_id,
    cast(row_number() over (partition by person_id, journey_id order by touched_at, touch_id) as bigint)
        as touch_number,
    channel, action, initiative
from named
