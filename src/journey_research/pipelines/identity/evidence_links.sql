-- evidence_links: one row per pair of records that share an identifier, or that a source itself says are
-- one (it merged them, converted one into the other); contract Links.
-- Key: record_id_a, record_id_b. Of a few records that share a sure identifier every two are tied, and each
-- unsure one to every sure one, so that names decide nothing where some of them must stay apart. Of more, and
-- of unsure ones among themselves, each is tied to one
-- record of the group, its centre (verified first, then named, then the smallest id), so that n make n - 1
-- pairs; only where several persons may be in a group is a record tied to each of them, as the clusters decide.
-- Left out: identifiers that say nothing (telling_identifiers), firms, and what a source says of records
-- that it never listed.
with named as (
    select distinct record_id
    from record_values
    where coalesce(present(first_name), present(last_name), present(full_name), present(company)) is not null
),
-- A browser in which two people logged in says nothing of who was in front of it. Two addresses of
-- one login are one person.
users as (
    select distinct record_id from telling where verified = 1 and identifier_type = 'user_id'
),
logins as (
    select told.record_id, told.identifier_type, told.identifier_value
    from telling as told left join users on users.record_id = told.record_id
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
    from telling as devices join logins on logins.record_id = devices.record_id
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
    from telling as told join device_users
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
-- What a record holds of all that a person has once: records with two such sides are two persons.
sides as (
    select record_id,
        string_agg(concat_ws('=', identifier_type, held), '; ' order by identifier_type) as side
    from one_values
    group by record_id
),
holders as (
    select told.*, sides.side,
        case when named.record_id is null then 0 else 1 end as is_named,
        case when torn.record_id is null then 0 else 1 end as is_torn,
        case when shared_devices.identifier_value is null then 0 else 1 end as is_shared,
        case when strong.identifier_type is null then 0 else 1 end as is_strong
    from telling as told
    left join sides on sides.record_id = told.record_id
    left join named on named.record_id = told.record_id
    left join torn on torn.record_id = told.record_id
    left join shared_devices
        on shared_devices.identifier_type = told.identifier_type
        and shared_devices.identifier_value = told.identifier_value
    left join strong on strong.identifier_type = told.identifier_type
),
grouped as (
    select *,
        count(*) over value as n_records,
        sum(is_named) over value as n_named,
        max(is_weak) over value as has_weak,
        case when min(side) over value < max(side) over value then 1 else 0 end as has_sides,
        first_value(record_id) over (
            partition by identifier_type, identifier_value
            order by is_torn, verified desc, is_named desc, record_id
        ) as centre_id,
        first_value(record_id) over (
            partition by identifier_type, identifier_value, side
            order by is_torn, verified desc, is_named desc, record_id
        ) as side_centre_id
    from holders
    window value as (partition by identifier_type, identifier_value)
),
members as (
    select *,
        case when record_id = centre_id then 1 else 0 end as is_centre,
        case when has_sides = 1 and n_records <= $most_records_sure and record_id = side_centre_id
            then 1 else 0 end as is_side_centre,
        -- Unverified, and of several named records: whose it is the clusters know.
        case when n_named > 1 and is_strong = 0 and n_records <= $most_records_unverified
            then 1 else 0 end as is_contested
    from grouped
),
met as (
    select one.record_id, other.record_id as other_id, one.identifier_type, one.n_records, one.has_weak,
        case when one.is_shared = 1 or one.is_torn = 1 or other.is_torn = 1 then 1 else 0 end as is_shared,
        case when one.is_strong = 1 or (one.verified = 1 and other.verified = 1) then 1 else 0 end as sure,
        one.is_named + other.is_named as n_named,
        one.is_contested
    from members as one
    join members as other
        on other.identifier_type = one.identifier_type
        and other.identifier_value = one.identifier_value
        and other.record_id <> one.record_id
        and (other.is_centre = 1 or other.is_side_centre = 1
            or (other.is_contested = 1 and other.is_named = 1)
            or one.n_records <= $most_records_paired)
    where other.is_centre = 1
        or (
            one.n_records <= $most_records_paired
            and (one.is_strong = 1 or other.verified = 1)
        )
        or (
            other.is_side_centre = 1
            and (one.side is null or one.side = other.side or one.is_side_centre = 1)
        )
        or (one.is_named = 0 and other.is_named = 1 and (one.verified = 0 or other.verified = 0))
),
tied as (
    select least(record_id, other_id) as record_id_a,
        greatest(record_id, other_id) as record_id_b,
        identifier_type, sure,
        case
            when is_shared = 1 then 'shared device'
            when has_weak = 1 then 'says little: several persons may have it'
            when sure = 1 then case when n_records > $most_records_sure then 'shared by too many records' end
            when not $accept_unverified then 'not verified'
            when n_records > $most_records_unverified then 'shared by too many records'
            when n_named = 2 then 'both are named: their values decide'
            when n_named = 1 and is_contested = 1 then $contested
        end as refusal
    from met
    union all
    select record_id_a, record_id_b, source_links.rule, 1, null
    from source_links
    join records as a on a.record_id = source_links.record_id_a
    join records as b on b.record_id = source_links.record_id_b
    where a.kind <> 'account' and b.kind <> 'account'
),
parted as (
    select record_id_a, record_id_b, min(one.identifier_type) as identifier_type
    from tied
    join one_values as one on one.record_id = tied.record_id_a
    join one_values as other on other.record_id = tied.record_id_b
        and other.identifier_type = one.identifier_type
    where one.held <> other.held
    group by record_id_a, record_id_b
),
refused as (
    select tied.record_id_a, tied.record_id_b, tied.identifier_type, sure,
        case when parted.record_id_a is null then refusal
            else concat_ws(' ', $two_values, parted.identifier_type) end as refusal
    from tied
    left join parted on parted.record_id_a = tied.record_id_a and parted.record_id_b = tied.record_id_b
)
select record_id_a, record_id_b,
    max(case when identifier_type in ('source_merge', 'lead_conversion', 'login', 'alias')
        then 'source_link' else 'shared_identifier' end) as rule,
    cast(coalesce(max(case
        when refusal <> $contested then 0.0
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
from refused
group by record_id_a, record_id_b
order by record_id_a, record_id_b
