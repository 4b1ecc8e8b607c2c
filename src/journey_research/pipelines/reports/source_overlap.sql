-- source_overlap: one row per pair of sources that hold records of the same person, and per source with itself.
-- Key: source_a, source_b; source_a sorts before or equals source_b.
with held as (
    select distinct person_id, source
    from people join records using (record_id)
)
select a.source as source_a, b.source as source_b, count(*) as n_persons
from held as a join held as b on a.person_id = b.person_id and a.source <= b.source
group by a.source, b.source
order by source_a, source_b
