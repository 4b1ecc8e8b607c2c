-- consents: one row per statement of a record about a channel and a purpose.
-- Key: consent_id. Left out: the same statement told again; the latest telling is kept, and of one
-- instant the more careful one.
with ordered as (
    select *,
        row_number() over (
            partition by consent_id
            order by stated_at desc,
                case status when 'withdrawn' then 1 when 'denied' then 2 when 'expired' then 3
                    when 'unknown' then 4 else 5 end,
                record_id, channel, purpose, expires_at nulls last, legal_basis nulls first,
                jurisdiction nulls first
        ) as telling
    from mapped_consents
)
select consent_id, record_id, source, channel, purpose, status, stated_at, expires_at, legal_basis,
    jurisdiction
from ordered
where telling = 1
