-- distinct_paths: one row per distinct path, with its number and how many histories and persons have it.
-- Key: number. Left out: nothing.
select path, row_number() over (order by path) as number, count(*) as n
from histories
group by path
