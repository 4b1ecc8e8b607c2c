-- lead_counts: one row per way of grouping leads and group, with how many became contacts and customers.
-- Key: grouped_by, name. Left out: nothing; who was a customer before she was a lead, and who may have been,
-- is counted apart.
with grouped as (
    select 'all' as grouped_by, 'all' as name, leads.* from leads
    union all
    select 'source', source, leads.* from leads
    union all
    select 'channel', channel, leads.* from leads
)
select grouped_by, name,
    cast(count(*) as bigint) as n_leads,
    cast(sum(case when was_customer then 1 else 0 end) as bigint) as n_were_customers,
    cast(sum(case when is_older then 1 else 0 end) as bigint) as n_older,
    cast(sum(case when is_converted then 1 else 0 end) as bigint) as n_converted,
    cast(sum(case when is_contact then 1 else 0 end) as bigint) as n_contacts,
    cast(sum(case when is_customer and not was_customer and not is_older then 1 else 0 end) as bigint) as n_customers
from grouped
group by grouped_by, name
order by grouped_by, name
