-- one_values: one row per record and identifier type of which a person has one value, with what it holds.
-- Key: record_id, identifier_type. Vault only: held are values, and held_number leaves it.
-- A record that holds several values holds them as one thing, which is another than each of them.
-- Left out: values that too many records share, which are nobody's own.
with told as (
    select record_id, identifier_type, identifier_value,
        count(*) over (partition by identifier_type, identifier_value) as n_records
    from telling
    where identifier_type in (select identifier_type from one_value_types)
),
listed as (
    select record_id, identifier_type,
        string_agg(identifier_value, '; ' order by identifier_value) as held
    from told
    where n_records <= $most_records_sure
    group by record_id, identifier_type
)
select record_id, identifier_type, held,
    cast(dense_rank() over (partition by identifier_type order by held) - 1 as bigint) as held_number
from listed
