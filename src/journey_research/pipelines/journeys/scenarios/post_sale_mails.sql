-- post_sale_mails: one row per mail of thanks or with a coupon, and what became of it.
-- Key: mail_id. Left out: bots, records without a person, mails that did not arrive.
-- A person may be written to if the last word of no record of theirs is a no and that of one is a yes that
-- has not run out, as known when the mail came. A coupon is redeemed by the first paid order that takes the
-- mail's kind of code; an order redeems the last mail before it.
with mails as (
    select touches.touch_id as mail_id, people.person_id, touches.record_id, touches.tactic as kind,
        touches.content_id, touches.touched_at as mailed_at
    from touches join people using (record_id)
    where touches.channel = $channel and touches.action = 'email_delivered'
        and touches.tactic in (select word from mail_tactics) and not touches.is_bot
),
answers as (
    select mails.mail_id,
        min(touches.touched_at) as opened_at,
        min(case when touches.action = 'email_clicked' then touches.touched_at end) as clicked_at
    from mails
    join touches
        on touches.record_id = mails.record_id and touches.content_id = mails.content_id
        and touches.touched_at >= mails.mailed_at
    where touches.channel = $channel and touches.action in ('email_opened', 'email_clicked')
        and not touches.is_bot
    group by mails.mail_id
),
bought as (
    select orders.order_id, people.person_id, orders.ordered_at, orders.coupon_id,
        orders.order_amount, orders.status
    from orders join people using (record_id)
),
thanked as (
    select mails.mail_id, bought.order_id, bought.ordered_at,
        row_number() over (
            partition by mails.mail_id order by bought.ordered_at desc, bought.order_id
        ) as place
    from mails
    join bought
        on bought.person_id = mails.person_id and bought.ordered_at < mails.mailed_at
        and micros(mails.mailed_at) - micros(bought.ordered_at) <= $thanks_us
),
coupon_orders as (
    select distinct bought.order_id, bought.person_id, bought.ordered_at
    from bought join coupon_prefixes on starts_with(bought.coupon_id, coupon_prefixes.word)
    where bought.status = 'paid'
),
taken as (
    select coupon_orders.order_id, coupon_orders.ordered_at, mails.mail_id,
        row_number() over (
            partition by coupon_orders.order_id order by mails.mailed_at desc, mails.mail_id
        ) as place
    from coupon_orders
    join mails
        on mails.person_id = coupon_orders.person_id and mails.mailed_at < coupon_orders.ordered_at
        and micros(coupon_orders.ordered_at) - micros(mails.mailed_at) <= $coupon_us
    where mails.kind in (select word from coupon_tactics)
),
redeemed as (
    select mail_id, order_id, ordered_at,
        row_number() over (partition by mail_id order by ordered_at, order_id) as place
    from taken
    where place = 1
),
stated as (
    select mails.mail_id, consents.record_id,
        case when consents.status = 'granted' and consents.expires_at <= mails.mailed_at then 'expired'
            else consents.status end as status,
        row_number() over (
            partition by mails.mail_id, consents.record_id
            order by consents.stated_at desc,
                case consents.status
                    when 'withdrawn' then 1 when 'denied' then 2 when 'expired' then 3
                    when 'unknown' then 4 else 5
                end,
                consents.consent_id
        ) as place
    from mails
    join people using (person_id)
    join consents on consents.record_id = people.record_id and consents.stated_at <= mails.mailed_at
    where consents.channel = $channel and consents.purpose = $purpose
),
permitted as (
    select mail_id,
        min(case status
            when 'withdrawn' then 1 when 'denied' then 2 when 'granted' then 3 when 'expired' then 4 else 5
        end) as basis
    from stated
    where place = 1
    group by mail_id
)
select mails.mail_id, mails.person_id, mails.kind, mails.mailed_at,
    thanked.order_id as after_order_id,
    answers.opened_at, answers.clicked_at,
    redeemed.order_id as redeemed_order_id,
    redeemed.ordered_at as redeemed_at,
    coalesce(permitted.basis = 3, false) as is_permitted,
    case permitted.basis
        when 1 then 'withdrawn' when 2 then 'denied' when 3 then 'granted' when 4 then 'expired'
        when 5 then 'unknown' else 'never asked'
    end as permission_basis
from mails
left join answers on answers.mail_id = mails.mail_id
left join thanked on thanked.mail_id = mails.mail_id and thanked.place = 1
left join redeemed on redeemed.mail_id = mails.mail_id and redeemed.place = 1
left join permitted on permitted.mail_id = mails.mail_id
