-- message_consistency: one row per person and week (from Monday, UTC), and per person and journey, with how far
-- what was claimed there agrees.
-- Key: unit, unit_id, person_id. Left out: subjects of which a unit has one message, for one cannot disagree.
with placed as (
    -- The last Monday before the first of 1970 was three days away.
    select 'week' as unit,
        cast(cast(
            timestamp '1969-12-29 00:00:00'
            + cast(7 * floor((micros(touched_at) / 86400000000.0 + 3) / 7) as int) * interval '1' day
            as date) as varchar) as unit_id,
        person_id, subject, claim, touch_id
    from message_claims
    union all
    select 'journey', journey_id, person_id, subject, claim, touch_id from message_claims
),
by_claim as (
    select unit, unit_id, person_id, subject, claim, count(*) as n
    from placed
    group by unit, unit_id, person_id, subject, claim
),
by_subject as (
    select unit, unit_id, person_id, subject, sum(n) as n, max(n) as n_agreeing
    from by_claim
    group by unit, unit_id, person_id, subject
    having sum(n) > 1
)
select unit, unit_id, person_id,
    cast(sum(n) as bigint) as n_messages,
    cast(sum(n_agreeing) as bigint) as n_agreeing,
    cast(sum(n_agreeing) as double) / cast(sum(n) as double) as consistency_index
from by_subject
group by unit, unit_id, person_id
