-- influence_spheres: one row per person who gives or receives a word, with whom it reaches in one and two steps.
-- Key: person_id. Left out: persons without a word. The second step has to come after the first.
with steps as (
    select one.giver_person_id as person_id, two.receiver_person_id as reached_id
    from influence_edges as one
    join influence_edges as two on two.giver_person_id = one.receiver_person_id and two.last_at > one.first_at
    left join influence_edges as straight
        on straight.giver_person_id = one.giver_person_id
        and straight.receiver_person_id = two.receiver_person_id
    where two.receiver_person_id <> one.giver_person_id and straight.giver_person_id is null
),
further as (
    select person_id, count(distinct reached_id) as n_reached_further from steps group by person_id
),
given as (
    select giver_person_id as person_id, count(*) as n_reached, sum(n_acts) as n_acts,
        cast(count_if(is_followed) as bigint) as n_followed
    from influence_edges
    group by giver_person_id
),
heard as (
    select receiver_person_id as person_id, count(*) as n_givers
    from influence_edges
    group by receiver_person_id
),
connected as (
    select person_id from given
    union
    select person_id from heard
)
select connected.person_id, coalesce(n_reached, 0) as n_reached,
    coalesce(n_reached_further, 0) as n_reached_further, cast(coalesce(n_acts, 0) as bigint) as n_acts,
    coalesce(n_followed, 0) as n_followed, coalesce(n_givers, 0) as n_givers
from connected
left join given on given.person_id = connected.person_id
left join heard on heard.person_id = connected.person_id
left join further on further.person_id = connected.person_id
