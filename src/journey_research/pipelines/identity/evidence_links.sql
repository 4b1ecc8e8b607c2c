-- evidence_links: one row per pair of records that share an identifier, or that a source itself says are
-- one (it merged them, converted one into the other); contract Links.
-- Key: record_id_a, record_id_b. Each record is tied to one record of its identifier's group, its
-- centre (verified first, then named, then the smallest id), so a group of n makes n - 1 pairs.
-- Left out: blocked values, which say nothing, phone numbers of one repeated digit, identifiers that
-- never link, firms, and what a source says of records that it never listed.
with named as (
    select distinct record_id
    from record_values
    where coalesce(present(first_name), present(last_name), present(full_name), present(company)) is not null
),
told as (
    select record_id, identifier_type, identifier_value,
        max(case when is_verified then 1 else 0 end) as verified,
        max(case when strength = 'weak' then 1 else 0 end) as is_weak
    from identifiers
    where record_id not in (select record_id from records where kind = 'account')
        and present(identifier_value) is not null
        and coalesce(strength, 'strong') <> 'never'
        and lower(trim(identifier_value)) not in (select blocked_value from blocked)
        and not (
            identifier_type = 'email'
            and split_part(lower(trim(identifier_value)), '@', 1) in (select blocked_value from blocked)
        )
        and not (
            identifier_type = 'phone'
            and replace(
                substring(identifier_value, greatest(length(identifier_value) - 6, 1), 7),
                substring(identifier_value, length(identifier_value), 1),
                ''
            ) = ''
        )
    group by record_id, identifier_type, identifier_value
),
-- A browser in which two people logged in says nothing of who was in front of it. Two addresses of
-- one login are one person.
users as (
    select distinct record_id from told where verified = 1 and identifier_type = 'user_id'
),
logins as (
    select told.record_id, told.identifier_type, told.identifier_value
    from told left join users on users.record_id = told.record_id
    where told.verified = 1
        and (
            told.identifier_type in ('user_id', 'loyalty_id', 'crm_id')
            or (told.identifier_type = 'email' and users.record_id is null)
        )
),
-- Who logged in at a device, as the records say that name it. A source's own key (crm_id) is no login:
-- two lists that know one person have two.
device_users as (
    select devices.identifier_type, devices.identifier_value, logins.identifier_type as login_type,
        min(logins.identifier_value) as first_user, max(logins.identifier_value) as last_user
    from told as devices join logins on logins.record_id = devices.record_id
    where devices.identifier_type in ('cookie', 'device_id', 'maid')
        and logins.identifier_type in ('user_id', 'loyalty_id')
    group by devices.identifier_type, devices.identifier_value, logins.identifier_type
),
shared_devices as (
    select distinct identifier_type, identifier_value from device_users where first_user <> last_user
),
-- A browser with two cookies is as shared as one cookie when they lead to two users.
seen as (
    select record_id, identifier_type, identifier_value from logins
    union
    select told.record_id, login_type, first_user
    from told join device_users
        on device_users.identifier_type = told.identifier_type
        and device_users.identifier_value = told.identifier_value
    where first_user = last_user
),
torn as (
    select distinct record_id
    from (
        select record_id, identifier_type
        from seen join records using (record_id)
        where kind = 'anonymous'
        group by record_id, identifier_type
        having count(distinct identifier_value) > 1
    ) as several
),
members as (
    select told.record_id, told.identifier_type, told.identifier_value, told.verified,
        max(told.is_weak) over (partition by told.identifier_type, told.identifier_value) as is_weak,
        case when named.record_id is null then 0 else 1 end as is_named,
        case when torn.record_id is not null or shared_devices.identifier_value is not null
            then 1 else 0 end as is_shared,
        case when strong.identifier_type is null then 0 else 1 end as is_strong,
        count(*) over (partition by told.identifier_type, told.identifier_value) as n_records,
        first_value(told.record_id) over centre as centre_id,
        first_value(told.verified) over centre as centre_verified,
        first_value(case when named.record_id is null then 0 else 1 end) over centre as centre_named,
        first_value(case when torn.record_id is null then 0 else 1 end) over centre as centre_torn
    from told
    left join named on named.record_id = told.record_id
    left join torn on torn.record_id = told.record_id
    left join shared_devices
        on shared_devices.identifier_type = told.identifier_type
        and shared_devices.identifier_value = told.identifier_value
    left join strong on strong.identifier_type = told.identifier_type
    window centre as (
        partition by told.identifier_type, told.identifier_value
        order by case when torn.record_id is null then 0 else 1 end,
            told.verified desc,
            case when named.record_id is null then 1 else 0 end,
            told.record_id
    )
),
tied as (
    select least(record_id, centre_id) as record_id_a,
        greatest(record_id, centre_id) as record_id_b,
        identifier_type,
        case when is_strong = 1 or (verified = 1 and centre_verified = 1) then 1 else 0 end as sure,
        case
            when is_shared = 1 or centre_torn = 1 then 'shared device'
            when is_weak = 1 then 'says little: several persons may have it'
            when is_strong = 1 or (verified = 1 and centre_verified = 1)
                then case when n_records > $most_records_sure then 'shared by too many records' end
            when not $accept_unverified then 'not verified'
            when n_records > $most_records_unverified then 'shared by too many records'
            when is_named = 1 and centre_named = 1 then 'both are named: their values decide'
        end as refusal
    from members
    where record_id <> centre_id
    union all
    select record_id_a, record_id_b, source_links.rule, 1, null
    from source_links
    join records as a on a.record_id = source_links.record_id_a
    join records as b on b.record_id = source_links.record_id_b
    where a.kind <> 'account' and b.kind <> 'account'
)
select record_id_a, record_id_b,
    max(case when identifier_type in ('source_merge', 'lead_conversion', 'login', 'alias')
        then 'source_link' else 'shared_identifier' end) as rule,
    cast(coalesce(max(case
        when refusal is not null then 0.0
        when sure = 1 then cast($sure_probability as double)
        else cast($unverified_probability as double)
    end), 0.0) as double) as link_probability,
    max(case when refusal is null then 1 else 0 end) = 1 as is_accepted,
    case when max(case when refusal is null then 1 else 0 end) = 0 then min(refusal) end as refusal,
    concat_ws('', '{', concat_ws(', ',
        case when max(case when identifier_type = 'account_id' then 1 else 0 end) = 1
            then '"account_id": 1.0' end,
        case when max(case when identifier_type = 'alias' then 1 else 0 end) = 1
            then '"alias": 1.0' end,
        case when max(case when identifier_type = 'card_fp' then 1 else 0 end) = 1
            then '"card_fp": 1.0' end,
        case when max(case when identifier_type = 'click_id' then 1 else 0 end) = 1
            then '"click_id": 1.0' end,
        case when max(case when identifier_type = 'cookie' then 1 else 0 end) = 1
            then '"cookie": 1.0' end,
        case when max(case when identifier_type = 'crm_id' then 1 else 0 end) = 1
            then '"crm_id": 1.0' end,
        case when max(case when identifier_type = 'device_id' then 1 else 0 end) = 1
            then '"device_id": 1.0' end,
        case when max(case when identifier_type = 'domain' then 1 else 0 end) = 1
            then '"domain": 1.0' end,
        case when max(case when identifier_type = 'email' then 1 else 0 end) = 1
            then '"email": 1.0' end,
        case when max(case when identifier_type = 'household_key' then 1 else 0 end) = 1
            then '"household_key": 1.0' end,
        case when max(case when identifier_type = 'lead_conversion' then 1 else 0 end) = 1
            then '"lead_conversion": 1.0' end,
        case when max(case when identifier_type = 'login' then 1 else 0 end) = 1
            then '"login": 1.0' end,
        case when max(case when identifier_type = 'loyalty_id' then 1 else 0 end) = 1
            then '"loyalty_id": 1.0' end,
        case when max(case when identifier_type = 'maid' then 1 else 0 end) = 1
            then '"maid": 1.0' end,
        case when max(case when identifier_type = 'phone' then 1 else 0 end) = 1
            then '"phone": 1.0' end,
        case when max(case when identifier_type = 'social_handle' then 1 else 0 end) = 1
            then '"social_handle": 1.0' end,
        case when max(case when identifier_type = 'source_merge' then 1 else 0 end) = 1
            then '"source_merge": 1.0' end,
        case when max(case when identifier_type = 'user_id' then 1 else 0 end) = 1
            then '"user_id": 1.0' end
    ), '}') as comparisons
from tied
group by record_id_a, record_id_b
order by record_id_a, record_id_b
