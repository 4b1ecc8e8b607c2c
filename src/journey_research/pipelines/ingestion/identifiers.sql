-- identifiers: one row per record, type and normalised value. Vault only.
-- Key: record_id, identifier_type, identifier_value. Verified when any row of it is; of several
-- strengths the least holds.
select record_id, identifier_type, identifier_value,
    max(case when is_verified then 1 else 0 end) = 1 as is_verified,
    min(seen_at) as first_seen_at,
    case min(case strength when 'never' then 1 when 'weak' then 2 else 3 end)
        when 1 then 'never' when 2 then 'weak' else 'strong' end as strength
from mapped_identifiers
group by record_id, identifier_type, identifier_value
