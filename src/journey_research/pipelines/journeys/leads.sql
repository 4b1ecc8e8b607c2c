-- leads: one row per person of whom a source holds a lead, with how she came and what became of her.
-- Key: person_id. Left out: persons without a record of a lead; leads that their source has deleted and of
-- which no other record of the person is a lead.
-- Of several leads the first counts; one without a day comes last. is_converted: a source says that it made a
-- contact of one of her leads. is_contact: that, or she has a record of a known person as well. is_older: she
-- was a lead before the data tell of any touch or purchase, so nobody knows what she had bought by then.
with listed as (
    select people.person_id, records.record_id, records.source, records.kind, records.recorded_at
    from records join people on people.record_id = records.record_id
    where records.kind in ('lead', 'profile') and not records.is_deleted
),
numbered as (
    select *,
        row_number() over (
            partition by person_id order by recorded_at nulls last, source, record_id
        ) as place
    from listed
    where kind = 'lead'
),
ends as (
    select record_id_a as record_id from source_links where rule = 'lead_conversion'
    union
    select record_id_b from source_links where rule = 'lead_conversion'
),
converted as (
    select distinct listed.person_id
    from listed join ends on ends.record_id = listed.record_id
    where listed.kind = 'lead'
),
known as (
    select distinct person_id from listed where kind = 'profile'
),
touched as (
    select person_id, channel,
        row_number() over (partition by person_id order by touched_at, touch_id) as place
    from journey_touches
),
bought as (
    select person_id, first_reached_at as customer_at from ladder where rung = 'customer'
),
begun as (
    select min(told_us) as begun_us
    from (
        select micros(touched_at) as told_us from journey_touches
        union all
        select micros(customer_at) from bought
    ) as told
)
select numbered.person_id,
    numbered.source,
    coalesce(touched.channel, 'none') as channel,
    converted.person_id is not null as is_converted,
    converted.person_id is not null or known.person_id is not null as is_contact,
    bought.person_id is not null as is_customer,
    coalesce(micros(bought.customer_at) < micros(numbered.recorded_at), false) as was_customer,
    coalesce(micros(numbered.recorded_at) < begun_us, false) as is_older,
    (micros(bought.customer_at) - micros(numbered.recorded_at)) / 86400000000.0 as customer_days
from numbered
left join converted on converted.person_id = numbered.person_id
left join known on known.person_id = numbered.person_id
left join touched on touched.person_id = numbered.person_id and touched.place = 1
left join bought on bought.person_id = numbered.person_id
cross join begun
where numbered.place = 1
