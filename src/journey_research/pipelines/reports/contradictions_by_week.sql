-- contradictions_by_week: one row per week (from Monday, UTC) in which a message contradicts an earlier one.
-- Key: week_at. Left out: weeks without.
select date_trunc('week', second_at) as week_at,
    count(*) as n_pairs,
    cast(count_if(is_across_owners) as bigint) as n_across_owners,
    count(distinct person_id) as n_persons
from contradictions
group by date_trunc('week', second_at)
order by week_at
