-- honoured_refusals: one row per channel on which we might approach somebody: who refuses it, whether another
-- of their records agrees, and how many decisions went there all the same.
-- Key: channel. Left out: persons about whom nothing is decided. Read from the statements themselves and not
-- from permissions, so that a mistake in how these are weighed is found: a refusal stands as long as the
-- same record has not said otherwise about the same thing later.
with refusals as (
    select refusal.person_id, refusal.channel, refusal.scope
    from statements as refusal
    left join statements as later
        on later.record_id = refusal.record_id and later.channel = refusal.channel
        and later.scope = refusal.scope and later.stated_at > refusal.stated_at
        and later.status not in ('denied', 'withdrawn')
    where refusal.status in ('denied', 'withdrawn') and later.record_id is null
),
refused as (
    select person_id, channel, max(case when scope = 'never' then 1 else 0 end) as is_never
    from refusals
    group by person_id, channel
),
agreed as (
    select distinct person_id, channel from statements where status = 'granted' and scope = 'channel'
),
decided as (
    select decisions.person_id, channels.channel,
        case when decisions.channel = channels.channel and decisions.action <> 'nothing' then 1 else 0 end
            as is_approached
    from decisions
    cross join channels
),
liked as (
    select distinct person_id, preferred_value as channel
    from person_preferences
    where dimension = 'channel' and preferred_value is not null
)
select channels.channel,
    count(refused.person_id) as n_refusing,
    coalesce(cast(sum(refused.is_never) as bigint), 0) as n_never,
    count(case when refused.person_id is not null then agreed.person_id end) as n_conflicting,
    coalesce(cast(sum(decided.is_approached) as bigint), 0) as n_approached,
    coalesce(cast(sum(case when liked.person_id is not null then decided.is_approached end) as bigint), 0)
        as n_preferring,
    coalesce(cast(sum(case when refused.person_id is not null then decided.is_approached end) as bigint), 0)
        as n_violations,
    count(decided.person_id) as n
from channels
left join decided on decided.channel = channels.channel
left join refused on refused.person_id = decided.person_id and refused.channel = decided.channel
left join agreed on agreed.person_id = decided.person_id and agreed.channel = decided.channel
left join liked on liked.person_id = decided.person_id and liked.channel = decided.channel
group by channels.channel
order by channels.channel
