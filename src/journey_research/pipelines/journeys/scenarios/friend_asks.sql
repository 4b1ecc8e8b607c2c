-- friend_asks: one row per question of a person to a friend, with the answer and what came of it.
-- Key: ask_id. Left out: questions of records without a person, to nobody or to oneself.
-- The product is that of the first review; wished: put on a wish list before that was read; bought: paid
-- for after it was read, no later than the window.
with answers as (
    select ask_id, review_id, product_id, read_at,
        row_number() over (partition by ask_id order by read_at, review_id) as place,
        count(*) over (partition by ask_id) as n_reviews
    from friend_reviews
),
asked as (
    select referrals.referral_id as ask_id, receivers.person_id, givers.person_id as peer_person_id,
        referrals.referred_at as asked_at, coalesce(answers.n_reviews, 0) as n_reviews,
        answers.read_at as first_read_at, answers.product_id
    from referrals
    join people as receivers on receivers.record_id = referrals.receiver_record_id
    left join people as givers on givers.record_id = referrals.giver_record_id
    left join answers on answers.ask_id = referrals.referral_id and answers.place = 1
    where referrals.kind = 'ask' and referrals.giver_record_id is not null
        and coalesce(givers.person_id <> receivers.person_id, true)
),
wished as (
    select distinct asked.ask_id
    from asked
    join people using (person_id)
    join touches
        on touches.record_id = people.record_id and touches.product_id = asked.product_id
        and touches.touched_at < asked.first_read_at
    where touches.action = 'added_to_wishlist' and not touches.is_bot
),
bought as (
    select distinct asked.ask_id
    from asked
    join people using (person_id)
    join orders
        on orders.record_id = people.record_id and orders.ordered_at > asked.first_read_at
        and micros(orders.ordered_at) - micros(asked.first_read_at) <= $purchase_us
    join order_lines
        on order_lines.order_id = orders.order_id and order_lines.product_id = asked.product_id
    where orders.status = 'paid'
)
select asked.ask_id, asked.person_id, asked.peer_person_id, asked.asked_at, asked.n_reviews,
    asked.first_read_at, asked.product_id,
    wished.ask_id is not null as is_wished,
    bought.ask_id is not null as is_bought
from asked
left join wished on wished.ask_id = asked.ask_id
left join bought on bought.ask_id = asked.ask_id
