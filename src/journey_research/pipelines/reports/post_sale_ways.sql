-- post_sale_ways: one row per kind of mail after a sale: how many came, were opened, clicked and redeemed.
-- Key: kind. Left out: nothing. Days: from the mail to the order that took its coupon, median.
select kind,
    count(*) as n,
    count(distinct person_id) as n_persons,
    count(opened_at) as n_opened,
    count(clicked_at) as n_clicked,
    count(redeemed_at) as n_redeemed,
    median(cast(micros(redeemed_at) - micros(mailed_at) as double)) / 86400000000 as redeemed_days
from post_sale_mails
group by kind
order by kind
