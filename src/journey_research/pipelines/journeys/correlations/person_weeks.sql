-- person_weeks: one row per person, week back from as_of and measure of a source, with how often it was.
-- Key: person_id, weeks_ago, measure. Left out: bots; records without a person; what few persons have;
-- all but max_persons persons, drawn by a hash of their pseudonym.
with looked as (
    select max(micros(as_of)) as as_of_us from as_of
),
told as (
    select people.person_id, touches.source, concat_ws(' ', touches.source, touches.action) as measure,
        micros(touches.touched_at) as at_us
    from touches join people on people.record_id = touches.record_id
    where not touches.is_bot and touches.direction <> 'none'
    union all
    select people.person_id, touches.source, concat_ws(' ', touches.source, 'unhappy'),
        micros(touches.touched_at)
    from touches join people on people.record_id = touches.record_id
    where not touches.is_bot and touches.sentiment < 0
    union all
    select people.person_id, orders.source, concat_ws(' ', orders.source, 'ordered', orders.channel),
        micros(orders.ordered_at)
    from orders join people on people.record_id = orders.record_id
    where orders.status <> 'cancelled'
),
dated as (
    select person_id, source, measure, cast(floor((as_of_us - at_us) / $week_us) as bigint) as weeks_ago
    from told cross join looked
    where at_us < as_of_us and as_of_us - at_us <= $max_weeks * $week_us
),
frequent as (
    select measure
    from dated
    group by measure
    having count(distinct person_id) >= $least_persons
    order by count(distinct person_id) desc, measure
    limit $max_measures
),
drawn as (
    select person_id
    from (select distinct person_id from dated join frequent on frequent.measure = dated.measure) as known
    order by md5(person_id), person_id
    limit $max_persons
)
select dated.person_id, dated.weeks_ago, dated.measure, max(dated.source) as source, count(*) as n
from dated
join frequent on frequent.measure = dated.measure
join drawn on drawn.person_id = dated.person_id
group by dated.person_id, dated.weeks_ago, dated.measure
