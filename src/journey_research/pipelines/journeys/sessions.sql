-- sessions: one row per session.
-- Key: session_id. Left out: nothing. An outcome inside a session does not end it.
with walked as (
    select session_id, person_id,
        min(touched_at) as started_at,
        max(touched_at) as ended_at,
        count(*) as n_touches,
        count(distinct channel) as n_channels
    from journey_touches
    group by session_id, person_id
),
beside as (
    select first_session_id as device_session_id from device_pairs where pattern = 'simultaneous'
    union
    select second_session_id from device_pairs where pattern = 'simultaneous'
),
devices as (
    select session_id,
        count(distinct concat_ws(' ', record_id, device_class)) as n_devices,
        max(case when beside.device_session_id is null then 0 else 1 end) as is_beside
    from device_sessions left join beside using (device_session_id)
    group by session_id
)
select walked.session_id, person_id, started_at, ended_at, n_touches, n_channels,
    coalesce(n_devices, 0) as n_devices,
    coalesce(is_beside, 0) = 1 as is_simultaneous
from walked left join devices on devices.session_id = walked.session_id
