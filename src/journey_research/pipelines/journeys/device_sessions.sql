-- device_sessions: one row per session of a person on one device: a record, and a class of device in it.
-- Key: device_session_id, its first touch. Left out: touches without a class of device, and in channels
-- that tell of a place.
-- A device session lasts from its first touch to the end of its last; how long the last page was read nobody
-- says where the source gives no end.
with told as (
    select journey_touches.person_id, journey_touches.touch_id, journey_touches.session_id,
        journey_touches.touched_at, touches.record_id, touches.device_class,
        greatest(journey_touches.touched_at, coalesce(touches.ended_at, journey_touches.touched_at))
            as until_at,
        case when $keeps_native_sessions then touches.session_id end as native_session_id
    from journey_touches
    join touches on touches.touch_id = journey_touches.touch_id
    left join away_channels on away_channels.channel = touches.channel
    where touches.device_class is not null and away_channels.channel is null
),
compared as (
    select *,
        micros(touched_at) - lag(micros(touched_at)) over device as gap_us
    from told
    window device as (
        partition by person_id, record_id, device_class, native_session_id order by touched_at, touch_id
    )
),
named as (
    select *,
        last_value(
            case
                when gap_us is null or (native_session_id is null and gap_us > $session_gap_us) then touch_id
            end
            ignore nulls
        ) over (
            partition by person_id, record_id, device_class, native_session_id order by touched_at, touch_id
            rows between unbounded preceding and current row
        ) as device_session_id
    from compared
)
select device_session_id, person_id, record_id, device_class,
    min(case when touch_id = device_session_id then session_id end) as session_id,
    min(touched_at) as started_at,
    max(until_at) as ended_at,
    count(*) as n_touches
from named
group by device_session_id, person_id, record_id, device_class
