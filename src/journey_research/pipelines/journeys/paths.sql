-- paths: one row per variant of identity and distinct path.
-- Key: variant, path. Left out: nothing. person_id begins with its variant and a bar.
with told as (
    select split_part(person_id, '|', 1) as variant, person_id, path, outcome, outcome_amount
    from journeys
)
select variant, path,
    cast(count_if(outcome = 'converted') as bigint) as n_conversions,
    cast(count_if(outcome = 'open') as bigint) as n_nulls,
    money(coalesce(sum(outcome_amount), 0)) as value_amount,
    count(distinct person_id) as n_persons
from told
group by variant, path
