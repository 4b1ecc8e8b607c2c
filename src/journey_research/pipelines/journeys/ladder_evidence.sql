-- ladder_evidence: one row per thing that puts a person on a rung.
-- Key: none. Left out: bots; pending and cancelled orders; what has no instant.
-- A wholly refunded order was an order: it makes a customer, and 'ladder_moves' tells that it came back.
with bought as (
    select people.person_id, orders.ordered_at as reached_at, 'order' as evidence, orders.order_id as id
    from orders join people on people.record_id = orders.record_id
    where $customer_by = 'orders' and orders.status in ('paid', 'refunded')
    union all
    select person_id, occurred_at, kind, outcome_id
    from outcomes
    where $customer_by = 'outcomes'
),
placed as (
    select *, row_number() over (partition by person_id order by reached_at, id) as place
    from bought
),
stated as (
    select people.person_id, consents.stated_at, consents.status
    from consents
    join subscriber_purposes on subscriber_purposes.purpose = consents.purpose
    join people on people.record_id = consents.record_id
),
held as (
    select people.person_id, records.recorded_at, records.kind
    from records
    join contact_kinds on contact_kinds.kind = records.kind
    join people on people.record_id = records.record_id
    where records.recorded_at is not null
)
select 'connection' as rung, person_id, touched_at as reached_at, 'touch' as evidence
from journey_touches
union all
select 'connection', person_id, recorded_at, 'record' from held
union all
select 'connection', person_id, stated_at, 'consent' from stated
union all
select 'connection', person_id, reached_at, evidence from placed
union all
select 'contact', person_id, recorded_at, 'record' from held
union all
select 'contact', person_id, touched_at, 'touch'
from journey_touches join contact_actions using (action)
union all
select 'subscriber', person_id, stated_at, 'consent' from stated where status = 'granted'
union all
select 'relationship', person_id, touched_at, 'touch'
from journey_touches join relationship_actions using (action)
union all
select 'customer', person_id, reached_at, evidence from placed where place = 1
union all
select 'repeat', person_id, reached_at, evidence from placed where place = 2
