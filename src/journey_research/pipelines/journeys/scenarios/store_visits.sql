-- store_visits: one row per stay of a person in a store, as beacons noticed it.
-- Key: visit_id. Left out: bots, records without a person, sightings that name no store, other touches.
-- A stay ends when the person is seen leaving, or is not seen for longer than the gap.
with seen as (
    select touches.touch_id, people.person_id, touches.store_id, touches.touched_at, touches.action,
        case touches.action when 'store_entered' then 1 when 'store_left' then 3 else 2 end as place
    from touches join people using (record_id)
    where touches.action in ('store_entered', 'store_browsed', 'checked_in', 'store_left')
        and touches.store_id is not null and not touches.is_bot
),
opened as (
    select *,
        coalesce(
            lag(action) over stay = 'store_left'
            or micros(touched_at) - lag(micros(touched_at)) over stay > $visit_gap_us,
            true
        ) as opens
    from seen
    window stay as (partition by person_id, store_id order by touched_at, place, touch_id)
),
named as (
    select *,
        last_value(case when opens then touch_id end ignore nulls) over (
            partition by person_id, store_id order by touched_at, place, touch_id
        ) as visit_id
    from opened
)
select visit_id, person_id, store_id,
    min(touched_at) as entered_at,
    max(touched_at) as left_at,
    count(*) as n_sightings,
    max(case when action = 'checked_in' then 1 else 0 end) = 1 as is_checked_in,
    max(case when action = 'store_left' then 1 else 0 end) = 1 as is_seen_leaving
from named
group by visit_id, person_id, store_id
