-- contradictions_by_week: one row per week (from Monday, UTC) in which a message contradicts an earlier one.
-- Key: week_number, weeks since the Monday of 1969-12-29. Left out: weeks without.
with placed as (
    select cast(floor((micros(second_at) + 259200000000) / 604800000000.0) as bigint) as week_number,
        person_id, is_across_owners
    from contradictions
)
select week_number,
    count(*) as n_pairs,
    cast(count_if(is_across_owners) as bigint) as n_across_owners,
    count(distinct person_id) as n_persons
from placed
group by week_number
order by week_number
