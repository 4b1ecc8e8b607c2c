-- kind_persons: one row per group, with how many persons have a history in it.
-- Key: kind. Left out: nothing.
select kind, count(distinct person) as n_all
from steps
group by kind
