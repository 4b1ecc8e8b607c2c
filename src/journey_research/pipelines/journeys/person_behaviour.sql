-- person_behaviour: one row per person with touches: how much happened, and what came of it.
-- Key: person_id. Left out: persons with outcomes but no touch.
with touched as (
    select person_id, count(*) as n_touches,
        count(distinct session_id) as n_sessions,
        count_if(initiative = 'company') as n_company
    from journey_touches
    group by person_id
),
converted as (
    select person_id, count(*) as n_outcomes, cast(sum(outcome_amount) as decimal(18, 2)) as amount
    from outcomes
    group by person_id
)
select touched.person_id, touched.n_touches, touched.n_sessions,
    cast(touched.n_company as bigint) as n_company,
    coalesce(converted.n_outcomes, 0) as n_outcomes,
    cast(coalesce(converted.amount, 0) as decimal(18, 2)) as amount
from touched left join converted on touched.person_id = converted.person_id
