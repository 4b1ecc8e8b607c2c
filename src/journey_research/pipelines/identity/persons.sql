-- persons: one row per person; contract Persons. Key: person_id.
-- Known: some record of the person has values, or an identifier that its source verified.
with telling as (
    select record_id from record_values
    union
    select record_id from identifiers where is_verified
)
select people.person_id,
    case when max(case when telling.record_id is null then 0 else 1 end) = 1
        then 'known' else 'anonymous' end as kind,
    cast(count(*) as bigint) as n_records,
    cast(count(distinct records.source) as bigint) as n_sources
from people
join records on records.record_id = people.record_id
left join telling on telling.record_id = people.record_id
group by people.person_id
order by people.person_id
