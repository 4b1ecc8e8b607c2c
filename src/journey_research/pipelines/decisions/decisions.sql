-- decisions: one row per known person, with exactly one of offer, message or nothing.
-- Key: person_id. The policy's choice is made for everybody first; then a share drawn by hash forms the
-- test arm, whose action is drawn evenly. action_probability is that of the action under both together.
with valued as (
    select *,
        channel is not null and conversion_probability is not null as is_eligible,
        case when offer_amount >= message_amount then 'offer' else 'message' end as better,
        greatest(offer_amount, message_amount) as better_amount
    from action_values
),
ranked as (
    select *, row_number() over (
        order by
            case when is_eligible and better_amount > 0 then 0 else 1 end,
            better_amount desc nulls last,
            person_id
    ) as place
    from valued
),
chosen as (
    select *,
        case when is_eligible and better_amount > 0 and place <= $capacity then better else 'nothing' end
            as policy_action,
        left(md5(concat_ws(':', 'arm', $policy_seed, person_id)), 8) < $random_below as is_drawn,
        left(md5(concat_ws(':', 'action', $policy_seed, person_id)), 8) as lot
    from ranked
),
acted as (
    select *,
        is_eligible and is_drawn as is_random,
        case
            when not (is_eligible and is_drawn) then policy_action
            when lot < $third then 'offer'
            when lot < $two_thirds then 'message'
            else 'nothing'
        end as action
    from chosen
)
select acted.person_id,
    as_of.as_of as decided_at,
    case when is_random then 'random' else 'policy' end as arm,
    action,
    case when action <> 'nothing' then channel end as channel,
    case when action = 'offer' then $offer_id end as offer_id,
    case
        when not is_eligible then 1.0
        when action = policy_action then 1.0 - $random_share + $random_share / 3
        else $random_share / 3
    end as action_probability,
    case action when 'offer' then offer_amount when 'message' then message_amount else 0.0 end
        as expected_amount,
    case
        when channel is null then 'no permission'
        when conversion_probability is null then 'not scored'
        when is_random then 'test arm'
        when policy_action <> 'nothing' then 'best expected amount'
        when better_amount > 0 then 'capacity reached'
        else 'no action pays'
    end as reason
from acted
cross join as_of
order by acted.person_id
