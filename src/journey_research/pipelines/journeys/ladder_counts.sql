-- ladder_counts: one row per rung, with how many stand there or higher up than it.
-- Key: rung. Left out: nothing; a rung that nobody has reached counts 0.
with everybody as (
    select count(distinct person_id) as n from ladder
),
counted as (
    select rung, count(*) as n_persons, count_if(is_out_of_order) as n_out_of_order
    from ladder
    group by rung
)
select rungs.rung, rungs.rung_number,
    cast(coalesce(n_persons, 0) as bigint) as n_persons,
    cast(coalesce(n_out_of_order, 0) as bigint) as n_out_of_order,
    cast(n as bigint) as n
from rungs
cross join everybody
left join counted on counted.rung = rungs.rung
order by rungs.rung_number
