-- ladder_moves: one row per step down the ladder, or back up again.
-- Key: person_id, move, evidence_id. Left out: persons of whom nothing of the kind is known.
-- unsubscribed, resubscribed: what a person says of one channel turns from yes to no, and back.
-- returned: an order was refunded in full; no source says when, so moved_at is null.
-- lapsed: a customer of whom nothing has been heard for too long at as_of; moved_at is when something was.
with stated as (
    select people.person_id, consents.channel, consents.stated_at, consents.consent_id,
        case when consents.status = 'granted' then 1 else 0 end as is_granted
    from consents
    join subscriber_purposes on subscriber_purposes.purpose = consents.purpose
    join people on people.record_id = consents.record_id
    where consents.status <> 'unknown'
),
turned as (
    select *,
        lag(is_granted) over said as was_granted,
        max(is_granted) over (
            partition by person_id, channel order by stated_at, is_granted desc, consent_id
            rows between unbounded preceding and 1 preceding
        ) as was_ever
    from stated
    window said as (partition by person_id, channel order by stated_at, is_granted desc, consent_id)
),
refunded as (
    select people.person_id, orders.order_id
    from orders join people on people.record_id = orders.record_id
    where orders.status = 'refunded'
),
heard as (
    select person_id, touched_at as heard_at, touch_id as id from journey_touches where initiative = 'customer'
    union all
    select people.person_id, orders.ordered_at, orders.order_id
    from orders join people on people.record_id = orders.record_id
    where orders.status in ('paid', 'refunded')
),
last_heard as (
    select *, row_number() over (partition by person_id order by heard_at desc, id) as place
    from heard
),
silent as (
    select last_heard.person_id, last_heard.id, last_heard.heard_at
    from last_heard
    join ladder on ladder.person_id = last_heard.person_id and ladder.rung = 'customer'
    cross join as_of
    where last_heard.place = 1 and micros(as_of.as_of) - micros(last_heard.heard_at) > $lapsed_us
)
select person_id, 'unsubscribed' as move, consent_id as evidence_id, channel,
    stated_at as moved_at, 'subscriber' as from_rung
from turned
where is_granted = 0 and was_granted = 1
union all
select person_id, 'resubscribed', consent_id, channel, stated_at, 'contact'
from turned
where is_granted = 1 and was_granted = 0 and was_ever = 1
union all
select person_id, 'returned', order_id, null, cast(null as timestamp), 'customer'
from refunded
union all
select person_id, 'lapsed', id, null, heard_at, 'customer'
from silent
