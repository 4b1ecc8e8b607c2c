-- touchpoint_map: one row per kind of touchpoint in the data, with how many touches and persons it has.
-- Key: channel, tactic, action. Left out: touches of bots; what has no direction, for nobody was in contact.
-- initiative is what the sources tell; null where they tell several. Touches without a person are counted,
-- persons are those that are known.
select channel, tactic, action,
    case when min(initiative) = max(initiative) then min(initiative) end as told_initiative,
    count(*) as n_touches,
    count(distinct person_id) as n_persons
from touches left join (select touch_id, person_id from journey_touches) as stitched using (touch_id)
where not is_bot and direction <> 'none'
group by channel, tactic, action
order by channel, tactic nulls first, action
