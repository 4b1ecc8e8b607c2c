-- complaints: one row per episode of complaints of a person in public, from its first word to the answer.
-- Key: complaint_id. Left out: bots, records without a person. A complaint within the window after another
-- belongs to its episode. The answer is the first on whatever channel; so a breach counts once.
with said as (
    select touches.touch_id, people.person_id, touches.record_id, touches.touched_at, touches.channel
    from touches join people using (record_id)
    where touches.action in (select word from complaint_actions) and touches.direction = 'inbound'
        and not touches.is_bot
),
opened as (
    select *,
        coalesce(micros(touched_at) - lag(micros(touched_at)) over person > $episode_us, true) as opens
    from said
    window person as (partition by person_id order by touched_at, touch_id)
),
named as (
    select *,
        last_value(case when opens then touch_id end ignore nulls) over (
            partition by person_id order by touched_at, touch_id
        ) as complaint_id
    from opened
),
episodes as (
    select named.complaint_id, named.person_id, min(named.touched_at) as complained_at,
        max(named.touched_at) as last_complained_at, count(*) as n_complaints,
        max(case when named.opens then named.channel end) as channel
    from named
    group by named.complaint_id, named.person_id
),
followed as (
    select episodes.complaint_id, touches.touch_id, touches.touched_at, touches.channel,
        touches.direction = 'outbound' as is_ours
    from episodes
    join people using (person_id)
    join touches
        on touches.record_id = people.record_id and touches.touched_at > episodes.complained_at
        and micros(touches.touched_at) - micros(episodes.last_complained_at) <= $episode_us
    where not touches.is_bot
        and ((touches.direction = 'outbound' and touches.action in (select word from answer_actions))
            or (touches.direction = 'inbound' and touches.action in (select word from contact_actions)))
),
answers as (
    select complaint_id, touch_id, touched_at, channel,
        row_number() over (partition by complaint_id order by touched_at, touch_id) as place,
        count(*) over (partition by complaint_id) as n_answers
    from followed
    where is_ours
),
pressed as (
    select complaint_id, count(*) as n_contacts, count(distinct channel) as n_channels
    from followed
    where not is_ours
    group by complaint_id
),
bought as (
    select episodes.complaint_id, orders.order_id, orders.ordered_at, episodes.person_id,
        row_number() over (
            partition by episodes.complaint_id order by orders.ordered_at desc, orders.order_id
        ) as place
    from episodes
    join people using (person_id)
    join orders
        on orders.record_id = people.record_id and orders.ordered_at < episodes.complained_at
        and micros(episodes.complained_at) - micros(orders.ordered_at) <= $order_us
    where orders.status in ('paid', 'refunded')
),
mailed as (
    select bought.complaint_id, max(touches.touched_at) as newsletter_at
    from bought
    join people using (person_id)
    join touches
        on touches.record_id = people.record_id and touches.touched_at < bought.ordered_at
        and micros(bought.ordered_at) - micros(touches.touched_at) <= $newsletter_us
    where bought.place = 1 and touches.channel = 'email' and not touches.is_bot
        and touches.action in ('email_opened', 'email_clicked')
        and touches.tactic in (select word from newsletter_tactics)
    group by bought.complaint_id
)
select episodes.complaint_id, episodes.person_id, episodes.channel, episodes.complained_at,
    episodes.n_complaints,
    coalesce(pressed.n_contacts, 0) as n_contacts,
    coalesce(pressed.n_channels, 0) as n_contact_channels,
    bought.order_id, bought.ordered_at, mailed.newsletter_at,
    answers.touch_id as answer_id,
    answers.touched_at as answered_at,
    answers.channel as answer_channel,
    coalesce(answers.n_answers, 0) as n_answers,
    (micros(answers.touched_at) - micros(episodes.complained_at)) / 60000000.0 as response_minutes,
    case
        when micros(coalesce(answers.touched_at, as_of.as_of)) - micros(episodes.complained_at) > $sla_us
            then true
        when answers.touched_at is not null then false
    end as is_late
from episodes
cross join as_of
left join answers on answers.complaint_id = episodes.complaint_id and answers.place = 1
left join pressed on pressed.complaint_id = episodes.complaint_id
left join bought on bought.complaint_id = episodes.complaint_id and bought.place = 1
left join mailed on mailed.complaint_id = episodes.complaint_id
