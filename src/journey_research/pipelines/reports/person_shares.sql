-- person_shares: one row per mark, with how many rows of `marked` carry it and the sums for a range by person.
-- Key: mark. Left out: nothing; a person's rows come together, so squares are summed over persons.
with totals as (
    select person_id, count(*) as n
    from marked
    group by person_id
),
summed as (
    select count(*) as n_all_persons, sum(n) as n_all, sum(n * n) as nn
    from totals
),
hits as (
    select mark, person_id, count(*) as n_hits
    from marked
    group by mark, person_id
)
select mark,
    cast(sum(n_hits) as double) as amount,
    cast(sum(n_hits * n_hits) as double) as amount_squares,
    cast(sum(n_hits * n) as double) as products,
    cast(max(n_all) as double) as base,
    cast(max(nn) as double) as base_squares,
    count(*) as n_persons,
    max(n_all_persons) as n_all_persons
from hits
join totals on totals.person_id = hits.person_id
cross join summed
group by mark
order by mark
