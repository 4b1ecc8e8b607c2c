-- held_touches: one row per touch of an anonymous history that consent does not let join a person.
-- Key: touch_id. Left out: bots; touches from the record's first link on; what consent allows.
-- Who is who plays no part: a touch is held under every answer to it, and matters where there is somebody
-- to join.
with anonymous as (
    select record_id, source
    from records
    where kind = 'anonymous'
),
linked as (
    select record_id, min(touched_at) as linked_at
    from touches join linking_actions using (action)
    where not is_bot
    group by record_id
),
history as (
    select touches.touch_id, touches.record_id, anonymous.source, touches.touched_at
    from touches
    join anonymous on anonymous.record_id = touches.record_id
    left join linked on linked.record_id = touches.record_id
    where not touches.is_bot and (linked_at is null or touches.touched_at < linked_at)
),
touched as (
    select distinct record_id from touches
),
tied as (
    select record_id_a as record_id, record_id_b as speaker_id
    from links where is_accepted and rule <> 'dedupe'
    union all
    select record_id_b, record_id_a
    from links where is_accepted and rule <> 'dedupe'
),
-- Another browser of the same person says nothing about this one; a receipt for this one does.
speakers as (
    select record_id, record_id as speaker_id
    from anonymous
    union
    select tied.record_id, tied.speaker_id
    from tied
    join anonymous on anonymous.record_id = tied.record_id
    join records as speaker on speaker.record_id = tied.speaker_id
    left join touched on touched.record_id = tied.speaker_id
    where speaker.kind <> 'anonymous' or touched.record_id is null
),
stated as (
    select speakers.record_id, consents.purpose, consents.status, consents.stated_at, consents.expires_at,
        consents.consent_id,
        case consents.status
            when 'withdrawn' then 5 when 'denied' then 4 when 'expired' then 3
            when 'unknown' then 2 else 1
        end as caution
    from consents
    join purposes on purposes.purpose = consents.purpose
    join speakers on speakers.speaker_id = consents.record_id
),
periods as (
    select *,
        lead(stated_at) over (
            partition by record_id, purpose order by stated_at, caution, consent_id
        ) as restated_at
    from stated
),
asked as (
    select distinct record_id from stated
),
asking as (
    select distinct source
    from anonymous join asked using (record_id)
),
judged as (
    select history.touch_id,
        max(
            case when status = 'granted' and (expires_at is null or touched_at < expires_at) then 1 else 0 end
        ) as is_allowed,
        max(case when status in ('denied', 'withdrawn') then 1 else 0 end) as is_refused,
        max(
            case when status = 'expired' or (status = 'granted' and expires_at <= touched_at) then 1 else 0 end
        ) as is_expired,
        max(case when status = 'unknown' then 1 else 0 end) as is_unknown
    from history
    join periods
        on periods.record_id = history.record_id
        and periods.stated_at <= history.touched_at
        and (periods.restated_at is null or history.touched_at < periods.restated_at)
    group by history.touch_id
),
weighed as (
    select history.touch_id, history.record_id,
        case
            when is_allowed = 1 then null
            when is_refused = 1 then 'consent refused'
            when is_expired = 1 then 'consent expired'
            when is_unknown = 1 then 'no consent stated'
            when asked.record_id is not null then 'before consent'
            when asking.source is not null or not $history_without_statement then 'no consent stated'
        end as reason
    from history
    left join judged on judged.touch_id = history.touch_id
    left join asked on asked.record_id = history.record_id
    left join asking on asking.source = history.source
)
select touch_id, record_id, reason
from weighed
where reason is not null
