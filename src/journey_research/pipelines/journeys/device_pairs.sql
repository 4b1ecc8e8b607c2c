-- device_pairs: one row per pair of sessions of one person on two devices, beside or soon after one another.
-- Key: first_session_id, second_session_id. Left out: pairs further apart than the hand-over may take.
-- The first begins first; of two that begin at once, whichever id is smaller. Simultaneous: they overlap, if
-- only at an instant.
with roaming as (
    select person_id
    from device_sessions
    group by person_id
    having count(distinct concat_ws(' ', record_id, device_class)) > 1
),
told as (
    select device_sessions.*, micros(started_at) as started_us, micros(ended_at) as ended_us
    from device_sessions join roaming using (person_id)
)
select one.device_session_id as first_session_id,
    other.device_session_id as second_session_id,
    one.person_id,
    one.device_class as first_device_class,
    other.device_class as second_device_class,
    one.started_at as first_started_at,
    other.started_at as second_started_at,
    case when other.started_us <= one.ended_us then 'simultaneous' else 'sequential' end as pattern,
    cast(greatest(other.started_us - one.ended_us, 0) as double) / 60000000 as gap_minutes,
    cast(greatest(least(one.ended_us, other.ended_us) - other.started_us, 0) as double) / 60000000
        as overlap_minutes
from told as one
join told as other
    on other.person_id = one.person_id
    and (other.record_id <> one.record_id or other.device_class <> one.device_class)
    and (other.started_us > one.started_us
        or (other.started_us = one.started_us and other.device_session_id > one.device_session_id))
    and other.started_us - one.ended_us <= $handover_us
