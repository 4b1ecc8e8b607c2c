-- golden_values: one row per person, field and value that the person's records hold, the winner marked;
-- contract GoldenValues. Vault only.
-- Key: person_id, field, value. Values are one when they are equal after trimming, in small letters; the
-- best of a value's records stands for it, and the best of those wins. Every order ends in record_id.
-- Left out: empty values, and what dropped records tell where a live one tells the field.
with members as (
    select people.person_id, people.record_id, records.recorded_at, priorities.place as source_place,
        case when records.is_deleted then 0 else 1 end as is_live
    from people
    join records on records.record_id = people.record_id
    left join priorities on priorities.source = records.source
),
held as (
    select members.*, first_name, last_name, full_name, company, job_title, gender,
        cast(birth_date as varchar) as birth_date, street, postal_code, city, country, language, email, phone
    from members
    join record_values on record_values.record_id = members.record_id
),
told as (
    select person_id, record_id, recorded_at, source_place, is_live, field, value,
        lower(trim(value)) as same_value
    from held unpivot (
        value for field in (
            first_name, last_name, full_name, company, job_title, gender, birth_date, street, postal_code,
            city, country, language, email, phone
        )
    )
    where present(value) is not null
),
counted as (
    select *,
        max(is_live) over (partition by person_id, field) as any_live,
        -- Equal values stand side by side in this order, so one sort serves all three.
        sum(is_live) over equals as n_live,
        count(*) over equals as n_holding
    from told
    window equals as (
        partition by person_id, field order by same_value range between current row and current row
    )
),
-- A dropped record vouches for a value only where dropped records are all that tell the field.
vouched as (
    select members.person_id, identifier_type, lower(trim(identifier_value)) as same_value,
        max(is_live) as is_live
    from identifiers
    join members on members.record_id = identifiers.record_id
    where is_verified and identifier_type in ('email', 'phone')
    group by members.person_id, identifier_type, lower(trim(identifier_value))
),
-- One column a rule, named after it: more is better, null is worst.
weighed as (
    select counted.person_id, counted.field, counted.same_value, counted.value, counted.record_id,
        counted.recorded_at,
        case when vouched.person_id is null then 0 else 1 end as verified,
        -source_place as source_priority,
        case when any_live = 1 then n_live else n_holding end as most_frequent,
        micros(recorded_at) as most_recent,
        length(counted.same_value) as longest
    from counted
    left join vouched
        on vouched.person_id = counted.person_id
        and vouched.identifier_type = counted.field
        and vouched.same_value = counted.same_value
        and vouched.is_live >= counted.any_live
    where counted.is_live = counted.any_live
),
scored as (
    select weighed.*, rule_1, rule_2, rule_3, rule_4, rule_5,
        case rule_1 when 'verified' then verified when 'source_priority' then source_priority
            when 'most_frequent' then most_frequent when 'most_recent' then most_recent
            when 'longest' then longest end as score_1,
        case rule_2 when 'verified' then verified when 'source_priority' then source_priority
            when 'most_frequent' then most_frequent when 'most_recent' then most_recent
            when 'longest' then longest end as score_2,
        case rule_3 when 'verified' then verified when 'source_priority' then source_priority
            when 'most_frequent' then most_frequent when 'most_recent' then most_recent
            when 'longest' then longest end as score_3,
        case rule_4 when 'verified' then verified when 'source_priority' then source_priority
            when 'most_frequent' then most_frequent when 'most_recent' then most_recent
            when 'longest' then longest end as score_4,
        case rule_5 when 'verified' then verified when 'source_priority' then source_priority
            when 'most_frequent' then most_frequent when 'most_recent' then most_recent
            when 'longest' then longest end as score_5
    from weighed
    join orders on orders.field = weighed.field
),
placed as (
    select *,
        row_number() over best_of_value as place_in_value,
        max(recorded_at) over (partition by person_id, field, same_value) as observed_at
    from scored
    window best_of_value as (
        partition by person_id, field, same_value
        order by score_1 desc nulls last, score_2 desc nulls last, score_3 desc nulls last,
            score_4 desc nulls last, score_5 desc nulls last, record_id
    )
),
ranked as (
    select *,
        row_number() over best as place,
        sum(most_frequent) over (partition by person_id, field) as n_telling,
        lead(record_id) over best as next_record_id,
        lead(score_1) over best as next_1,
        lead(score_2) over best as next_2,
        lead(score_3) over best as next_3,
        lead(score_4) over best as next_4,
        lead(score_5) over best as next_5
    from placed
    where place_in_value = 1
    window best as (
        partition by person_id, field
        order by score_1 desc nulls last, score_2 desc nulls last, score_3 desc nulls last,
            score_4 desc nulls last, score_5 desc nulls last, record_id
    )
)
select person_id, field, value, place = 1 as is_winner,
    case
        when place > 1 then null
        when next_record_id is null then 'only'
        when score_1 is distinct from next_1 then rule_1
        when score_2 is distinct from next_2 then rule_2
        when score_3 is distinct from next_3 then rule_3
        when score_4 is distinct from next_4 then rule_4
        when score_5 is distinct from next_5 then rule_5
        else 'tie_break'
    end as rule,
    record_id,
    cast(most_frequent as bigint) as n_records,
    cast(most_frequent as double) / cast(n_telling as double) as agreement_share,
    observed_at
from ranked
order by person_id, field, value
