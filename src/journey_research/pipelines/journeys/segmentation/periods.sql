-- periods: one row per period that persons are compared in, by the weeks before as_of that belong to it.
-- Key: period. Week 0 ends at as_of. A remainder of -1 takes every week, 0 and 1 the even and the odd ones.
select 'now' as period, 0 as first_week, -1 as remainder
union all select 'week_before', 1, -1
union all select 'odd_weeks', 0, 1
union all select 'even_weeks', 0, 0
