-- peer_reach: one row: persons with touches, and those of them whom a peer's word or touch reaches, or who give one.
-- Key: none. Left out: persons without touches.
with persons as (
    select distinct person_id from journey_touches
),
reached as (
    select receiver_person_id as person_id from influence_edges
    union
    select person_id
    from journey_touches
    where initiative = 'peer' or channel in (select channel from peer_channels)
),
giving as (
    select distinct giver_person_id as person_id from influence_edges
)
select count(*) as n, count(reached.person_id) as n_reached, count(giving.person_id) as n_giving
from persons
left join reached on reached.person_id = persons.person_id
left join giving on giving.person_id = persons.person_id
