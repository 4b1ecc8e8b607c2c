-- broken_rules: one row per source, column and rule: how many rows broke it first of all its rules.
-- Key: source, column, rule. Commonest first.
select source, "column", rule, cast(count(*) as bigint) as n_rows, min(row_number) as first_row
from rejected
group by source, "column", rule
order by source, n_rows desc, "column" nulls first, rule
