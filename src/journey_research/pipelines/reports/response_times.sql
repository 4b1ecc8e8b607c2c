-- response_times: one row per span in which complaints got their first answer; the last: no answer.
-- Key: place. Left out: spans in which none was answered.
with placed as (
    select case
            when response_minutes is null then 6
            when response_minutes <= 60 then 1
            when response_minutes <= 240 then 2
            when response_minutes <= 1440 then 3
            when response_minutes <= 4320 then 4
            else 5
        end as place
    from complaints
)
select place, count(*) as n
from placed
group by place
order by place
