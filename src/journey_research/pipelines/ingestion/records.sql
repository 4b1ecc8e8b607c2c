-- records: one row per source record.
-- Key: record_id. A record that several rows speak of has the earliest time they tell; profile goes
-- before account, account before lead, lead before anonymous. It is deleted when any row says so.
select record_id,
    min(source) as source,
    case min(case kind when 'profile' then 1 when 'account' then 2 when 'lead' then 3 else 4 end)
        when 1 then 'profile' when 2 then 'account' when 3 then 'lead' else 'anonymous' end as kind,
    min(recorded_at) as recorded_at,
    min(business_line) as business_line,
    cast(count(*) as bigint) as n_rows,
    max(case when is_deleted then 1 else 0 end) = 1 as is_deleted
from mapped_records
group by record_id
