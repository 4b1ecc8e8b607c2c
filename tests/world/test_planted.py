"""What was planted is there to be found, and the truth tells where."""

import numpy as np
import pandas as pd
import pytest
from blocks import CALENDAR, block, catalogue

from journey_research.world.simulation.calendar import DAY_MS, Calendar
from journey_research.world.simulation.catalogue import ARMS
from journey_research.world.simulation.trend import break_week, weekly_factor
from journey_research.world.simulation.truth import LISTED, SAME, SUMMED, summed, truths


@pytest.fixture(scope="module")
def told() -> dict[str, pd.DataFrame]:
    """The truth of two blocks together."""
    frames = [truths(block(0)), truths(block(1, 1000))]
    return {name: summed(name, [one[name] for one in frames]) for name in frames[0]}


def test_every_table_is_listed_summed_or_the_same(told):
    assert set(told) == {*LISTED, *SUMMED, *SAME}
    for name, table in told.items():
        assert len(table), name
        assert not table.isna().any().any(), name
    for name, by in SUMMED.items():
        assert not told[name].duplicated(by).any(), name


def test_sums_are_of_counts_and_shares_are_of_sums():
    one, two = truths(block(0))["truth_effects"], truths(block(1, 1000))["truth_effects"]

    both = summed("truth_effects", [one, two]).set_index("channel").loc["email"]

    one, two = (table.set_index("channel").loc["email"] for table in (one, two))
    assert both["contacts"] == one["contacts"] + two["contacts"]
    gone = one["orders"] + two["orders"] - one["orders_without"] - two["orders_without"]
    assert both["added_purchase_probability"] == pytest.approx(gone / both["contacts"], abs=1e-6)
    assert both["added_purchase_probability"] > 0.015


def test_arms_are_drawn_as_agreed_and_only_their_letters_are_posted(told):
    made = block()
    drawn = told["truth_experiments"].set_index("arm")
    n = drawn["persons"].sum()
    for arm, share in ARMS.items():
        assert abs(drawn.loc[arm, "persons"] / n - share) < 4 * np.sqrt(share * (1 - share) / n)
    assigned = made.touches[made.touches["kind"] == "arm_assigned"].set_index("person")["referrer"]
    letters = made.touches[made.touches["tactic"].isin(["offer", "brand_message"])]
    letters = letters[letters["kind"] == "mail_dropped"].set_index("person")["tactic"]
    assert assigned.index.is_unique
    assert (letters == assigned[letters.index]).all()
    assert set(assigned.index) - set(letters.index) == set(assigned.index[assigned == "nothing"])


def test_an_offer_helps_some_segments_and_harms_others(told):
    uplift = told["truth_uplift"].set_index(["arm", "segment"])

    assert uplift.loc[("offer", "bargain"), "uplift"] > 0.07
    assert uplift.loc[("offer", "loyal"), "uplift"] < -0.05
    assert uplift.loc[("brand_message", "dormant"), "uplift"] <= 0
    assert (uplift.loc["nothing", "uplift"].abs() < 0.005).all(), "but for what friends tell each other"
    assert uplift["persons"].sum() == told["truth_experiments"]["persons"].sum()


def test_uplift_is_found_by_comparing_the_arms(told):
    """The difference of arms is the truth within its error, because arms are drawn."""
    made = block()
    assigned = made.touches[made.touches["kind"] == "arm_assigned"].set_index("person")["referrer"]
    since = catalogue().experiment_ms + 2 * DAY_MS
    soon = made.orders[made.orders["at_ms"].between(since, since + 28 * DAY_MS)]
    table = pd.DataFrame({"arm": assigned, "orders": soon.groupby("person").size()}).dropna(subset="arm")
    table["segment"] = made.people["segment"]
    table = table.fillna({"orders": 0})
    groups = table.groupby(["segment", "arm"])["orders"]
    mean, error = groups.mean(), groups.var() / groups.size()
    truth = truths(made)["truth_uplift"].set_index(["arm", "segment"])
    truth = (truth["orders"] - truth["orders_with_nothing"]) / truth["persons"]

    for (arm, segment), lift in truth.items():
        difference = mean[segment, arm] - mean[segment, "nothing"]
        assert abs(difference - lift) < 4 * np.sqrt(error[segment, arm] + error[segment, "nothing"])


def test_the_payment_is_where_most_give_up(told):
    friction = told["truth_friction"].set_index("step")

    assert friction["left_share"].idxmax() == "payment"
    assert list(friction.index[friction["is_planted"]]) == ["payment"]
    assert friction.loc["payment", "left_share"] == pytest.approx(0.3, abs=0.03)
    assert friction.loc["payment", "orders_lost"] > 0
    assert (friction["went_on"] <= friction["reached"]).all()


def test_the_wanted_product_is_looked_at_most_and_is_nowhere(told):
    stock = told["truth_stock"]
    wanted = stock[stock["is_wanted"]].iloc[0]

    assert stock["is_wanted"].sum() == 1
    assert wanted["wishes"] == stock["wishes"].max() > 3 * stock["wishes"].median()
    assert wanted["views"] == stock["views"].max()
    assert wanted["sold"] == wanted["in_stock"] == 0
    assert (stock.loc[~stock["is_wanted"], "in_stock"] > 0).all()
    assert wanted["sku"] == catalogue().products["sku"].iat[catalogue().wanted]


def test_the_weekly_rate_grows_then_breaks():
    factor, turn = weekly_factor(CALENDAR), break_week(CALENDAR)

    assert (np.diff(factor)[: turn - 1] > 0).all()
    assert factor[turn] < 0.8 * factor[turn - 1]
    assert (np.diff(factor)[turn:] < 0).all()
    for weeks in (1, 2, 3):
        assert len(weekly_factor(Calendar(weeks))) == weeks


def test_orders_follow_the_trend(told):
    trend = told["truth_trend"]
    turn = int(trend.loc[trend["is_break"], "week"].iloc[0])
    own = trend["own_accord"].to_numpy()
    weeks = (block().orders["at_ms"] - CALENDAR.start_ms) // (7 * DAY_MS)

    assert turn == 8
    assert own[turn - 3 : turn].sum() > 1.15 * own[turn : turn + 3].sum()
    expected = own.sum() * trend["factor"] / trend["factor"].sum()
    assert (abs(own - expected) < 5 * np.sqrt(expected)).all()
    of_block = truths(block())["truth_trend"]["orders"]
    assert of_block.tolist() == np.bincount(weeks, minlength=12).tolist()


def test_the_pair_does_more_than_the_sum_and_is_found_by_the_definition(told):
    made = block(0, 250)
    mails = made.touches[made.touches["kind"] == "mail_sent"]
    bounced = set(made.touches.loc[made.touches["kind"] == "mail_bounced", "message"])
    newsletters = mails[(mails["tactic"] == "newsletter") & ~mails["message"].isin(bounced)]
    searches = made.touches[made.touches["channel"] == "organic_search"].drop_duplicates("visit")
    by_hand = 0
    for visit in searches.itertuples():
        theirs = newsletters[newsletters["person"] == visit.person]
        by_hand += ((theirs["at_ms"] <= visit.at_ms) & (visit.at_ms < theirs["at_ms"] + 7 * DAY_MS)).any()

    assert made.told["synergy"]["pairs"].iat[0] == by_hand > 10
    pair = told["truth_synergy"].iloc[0]
    assert pair["orders_only_together"] > 0.4 * pair["planted_orders"] > 20


def test_two_devices_one_after_or_beside_the_other(told):
    made, devices = block(), truths(block())["truth_devices"]
    seen = made.touches[made.touches["visit"] >= 0].groupby("visit")
    begin, end, device = seen["at_ms"].min(), seen["at_ms"].max(), seen["device"].first()
    person = made.people["person"].to_numpy()[seen["person"].first().clip(lower=0)]
    person = pd.Series(person, index=begin.index)
    rows = devices[devices["first_visit"].isin(begin.index) & devices["second_visit"].isin(begin.index)]
    first, second = rows["first_visit"].to_numpy(), rows["second_visit"].to_numpy()

    assert len(rows) > 0.97 * len(devices) > 200
    assert (person[first].to_numpy() == person[second].to_numpy()).all()
    assert (device[first].to_numpy() != device[second].to_numpy()).all()
    gap = begin[second].to_numpy() - begin[first].to_numpy()
    assert (gap > 0).all()
    beside = (rows["pattern"] == "simultaneous").to_numpy()
    after = begin[second].to_numpy() - end[first].to_numpy()
    assert (after[~beside] > 0).all()
    assert (after < 0)[beside].mean() > 0.5, "a visit's last event comes some time before its end"


def test_recommenders_are_those_on_whose_word_others_buy(told):
    made = block()
    table = truths(made)["truth_recommenders"].set_index("person")
    brought = made.orders[made.orders["recommended_by"] >= 0]
    names = made.people["person"].to_numpy()[brought["recommended_by"]]
    led = made.referrals[made.referrals["order"] >= 0]

    assert table["orders_brought"].sum() == len(brought) > 50
    assert table["orders_brought"].to_dict() == {
        **dict.fromkeys(table.index, 0), **pd.Series(names).value_counts().to_dict()
    }  # fmt: skip
    assert set(led["order"]) == set(brought.index)
    assert {"ask", "review", "share", "refer_link", "coupon_code"} == set(made.referrals["kind"])
    assert (made.orders["person"].to_numpy()[led["order"]] == led["receiver"]).all()
    assert (made.orders["recommended_by"].to_numpy()[led["order"]] == led["giver"]).all()
    assert made.people["is_recommender"].to_numpy()[made.referrals["giver"]].all()
    assert (brought["cause"] == "referral").all()


def test_a_coupon_for_the_next_visit_is_issued_before_it_is_redeemed():
    made = block()
    issued = made.touches[(made.touches["kind"] == "mail_sent") & (made.touches["tactic"] == "coupon")]
    redeemed = made.orders[made.orders["coupon"].str.startswith("NEXT-")]
    first = issued.groupby("person")["at_ms"].min().reindex(redeemed["person"]).to_numpy()

    assert len(redeemed) > 20
    assert redeemed["coupon"].is_unique
    assert (first < redeemed["at_ms"].to_numpy()).all()
    assert (redeemed["cycle"] > 1).all()
    about = made.orders.iloc[issued["order"]]
    assert (about["person"].to_numpy() == issued["person"].to_numpy()).all()
    assert (about["at_ms"].to_numpy() < issued["at_ms"].to_numpy()).all()


def test_complaints_in_public_name_an_order_and_get_an_answer_later():
    made = block()
    said = made.touches[made.touches["kind"] == "complained"]
    bought = made.orders.iloc[said["order"]]
    tickets = made.tickets[made.tickets["channel"] == "social"]
    answers = made.touches[made.touches["kind"] == "replied"]

    assert len(said) > 50
    assert (made.people["social_handle"].to_numpy()[said["person"]] != "").all()
    assert (bought["person"].to_numpy() == said["person"].to_numpy()).all()
    assert (bought["at_ms"].to_numpy() < said["at_ms"].to_numpy()).all()
    by_mail = (made.orders["cause"] == "email").mean()
    assert (bought["cause"] == "email").mean() > 1.5 * by_mail, "buyers by newsletter complain more"
    assert sorted(tickets["order"]) == sorted(said["order"])
    wait = tickets["replied_ms"].to_numpy()[tickets["replied_ms"] > 0]
    assert sorted(answers["at_ms"]) == sorted(wait)


def test_contradictions_are_a_mail_and_a_text_within_a_week(told):
    made = block()
    both = truths(made)["truth_contradictions"]
    sms = made.touches[made.touches["kind"] == "sms_sent"]

    assert 100 < len(both) < len(sms)
    gap = pd.to_datetime(both["second_at"]) - pd.to_datetime(both["first_at"])
    assert gap.abs().max() < pd.Timedelta(days=7)


def test_one_source_is_useless():
    answered = block().touches[block().touches["kind"] == "widget_answered"]

    assert truths(block())["truth_sources"]["source"].tolist() == ["feedback_widget"]
    assert len(answered) > 800
    assert (answered["effect"] == 0).all()
    assert not answered["did_cause"].any()


def test_mistakes_are_told_of_those_who_stand_in_a_source():
    made = block(0, 250)
    spoken = pd.DataFrame({"source": "hubspot_contacts", "row": np.arange(0, 250, 2)})

    table = truths(made, spoken)["truth_mistakes"]

    assert set(table["source"]) == {"hubspot_contacts"}
    assert set(table["person"]) <= set(made.people["person"][::2])
    assert len(table) > 50


def test_segments_and_habits_are_told_and_show(told):
    made, table = block(), truths(block())["truth_segments"]
    orders = made.orders["person"].value_counts().reindex(range(len(made.people))).fillna(0)

    assert table["person"].tolist() == made.people["person"].tolist()
    by_segment = orders.groupby(table["segment"].to_numpy()).mean()
    assert by_segment["dormant"] < by_segment["browser"] < by_segment["loyal"]
    on_web = np.isin(np.arange(len(table)), made.devices["person"])
    assert on_web[table["uses_web"].to_numpy()].mean() > on_web[~table["uses_web"].to_numpy()].mean()
    assert len(told["truth_segments"]) == len(made.people) + 1000
