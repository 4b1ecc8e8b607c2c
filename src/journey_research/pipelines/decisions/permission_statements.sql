-- permission_statements: one row per statement of a record and channel that it is about.
-- Key: statement_id, channel. Left out: other purposes and channels, statements after as_of.
-- A grant past its end is told as expired; who left by a link is told as having withdrawn.
with told as (
    select consents.record_id, consents.channel, never_purposes.purpose is not null as is_never,
        case when consents.status = 'granted' and consents.expires_at <= as_of.as_of then 'expired'
            else consents.status end as status,
        consents.stated_at, consents.consent_id as statement_id
    from consents
    join as_of on consents.stated_at <= as_of.as_of
    left join never_purposes on never_purposes.purpose = consents.purpose
    where consents.purpose = $purpose or never_purposes.purpose is not null
    union all
    select touches.record_id, touches.channel, false, 'withdrawn', touches.touched_at, touches.touch_id
    from touches
    join refusing_actions on refusing_actions.action = touches.action
    join as_of on touches.touched_at <= as_of.as_of
),
spread as (
    select told.*, channels.channel as about_channel,
        told.channel = $every_channel as is_for_all
    from told
    join channels on told.channel = channels.channel or told.channel = $every_channel
)
select people.person_id, spread.record_id, about_channel as channel,
    case when is_never then 'never' when is_for_all then 'all channels' else 'channel' end as scope,
    status, stated_at, statement_id,
    case status
        when 'withdrawn' then 1 when 'denied' then 2 when 'expired' then 3 when 'unknown' then 4 else 5
    end as caution
from spread
join people on people.record_id = spread.record_id
order by statement_id, channel
