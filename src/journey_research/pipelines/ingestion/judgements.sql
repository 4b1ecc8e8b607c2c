-- judgements: one row per judged pair of records, the smaller record_id first.
-- Key: record_id_a, record_id_b. Left out: a record judged against itself; earlier answers on a
-- pair, and of one instant the more careful answer is kept.
with paired as (
    select least(record_id_a, record_id_b) as record_id_a,
        greatest(record_id_a, record_id_b) as record_id_b,
        answer, reviewer, judged_at
    from mapped_judgements
    where record_id_a <> record_id_b
),
ordered as (
    select *,
        row_number() over (
            partition by record_id_a, record_id_b
            order by judged_at desc nulls last,
                case answer when 'unsure' then 1 when 'distinct' then 2 else 3 end,
                reviewer nulls first
        ) as telling
    from paired
)
select record_id_a, record_id_b, answer, reviewer, judged_at
from ordered
where telling = 1
