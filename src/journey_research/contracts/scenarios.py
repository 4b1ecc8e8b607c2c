"""Contracts of the scenarios of omnichannel trade: stays in stores, friends, mails, complaints, feedback."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY
from .table_contract import (
    NONE,
    PSEUDONYMOUS,
    SOURCE_KEY,
    SOURCE_NAME,
    Bool,
    Float,
    Instant,
    Int,
    Money,
    TableContract,
    Text,
)


class StoreVisits(pa.DataFrameModel):
    """One row per stay of a person in a store, as beacons noticed it."""

    visit_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS, description="first sighting"
    )
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    store_id: Series[Text] = pa.Field(metadata=NONE)
    entered_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC, first sighting")
    left_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC, last sighting")
    n_sightings: Series[Int] = pa.Field(ge=1, metadata=NONE)
    is_checked_in: Series[Bool] = pa.Field(metadata=NONE, description="the person said so in the app")
    is_seen_leaving: Series[Bool] = pa.Field(metadata=NONE, description="no: left_at is when last seen")


class CheckinInterests(pa.DataFrameModel):
    """One row per stay and product looked at online before it; all as known when the person entered."""

    visit_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    product_id: Series[Text] = pa.Field(metadata=NONE)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    store_id: Series[Text] = pa.Field(metadata=NONE)
    entered_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    last_viewed_at: Series[Instant] = pa.Field(
        metadata=NONE, description="UTC; looked at, wished for, put in the cart or sent to a friend"
    )
    n_views: Series[Int] = pa.Field(ge=0, metadata=NONE, description="of its page; 0: wished for or so")
    is_wished: Series[Bool] = pa.Field(metadata=NONE)
    is_in_cart: Series[Bool] = pa.Field(metadata=NONE)
    is_bought: Series[Bool] = pa.Field(metadata=NONE, description="paid for before")
    is_in_stock: Series[Bool] = pa.Field(
        nullable=True, metadata=NONE, description="in that store, when last said; null: nobody said"
    )


class AssistantViews(pa.DataFrameModel):
    """One row per stay: how the person buys, what contact there was, whether she was approached."""

    visit_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    store_id: Series[Text] = pa.Field(metadata=NONE)
    entered_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    n_interests: Series[Int] = pa.Field(ge=0, metadata=NONE, description="products")
    n_orders: Series[Int] = pa.Field(ge=0, metadata=NONE, description="paid, before the check-in")
    spent_amount: Series[Money] = pa.Field(
        metadata=NONE, description="of these orders, less refunds; currencies are added up, as in outcomes"
    )
    last_ordered_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    usual_channel: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="of most orders")
    n_touches: Series[Int] = pa.Field(ge=0, metadata=NONE, description="in the window before the check-in")
    n_inbound_touches: Series[Int] = pa.Field(ge=0, metadata=NONE, description="of them, the person's own")
    last_touched_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    approached_before_at: Series[Instant] = pa.Field(
        nullable=True, metadata=NONE, description="UTC, last time in the window"
    )
    approached_in_visit_at: Series[Instant] = pa.Field(
        nullable=True, metadata=NONE, description="UTC, first time in the stay"
    )
    is_approached: Series[Bool] = pa.Field(metadata=NONE, description="before or in the stay")


class FriendReviews(pa.DataFrameModel):
    """One row per review that a person read of a friend whom they had asked before."""

    review_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    ask_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    peer_person_id: Series[Text] = pa.Field(
        str_matches=PERSON_KEY, nullable=True, metadata=PSEUDONYMOUS, description="null: a record of nobody"
    )
    product_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    asked_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    read_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC, after asked_at")


class FriendAsks(pa.DataFrameModel):
    """One row per question of a person to a friend, with the answer and what came of it."""

    ask_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    peer_person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, nullable=True, metadata=PSEUDONYMOUS)
    asked_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    n_reviews: Series[Int] = pa.Field(ge=0, metadata=NONE, description="that answer it")
    first_read_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    product_id: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="of the first review")
    is_wished: Series[Bool] = pa.Field(metadata=NONE, description="on a wish list before the review")
    is_bought: Series[Bool] = pa.Field(metadata=NONE, description="paid for in the window after the review")


class CollectedOrders(pa.DataFrameModel):
    """One row per order that was made elsewhere and is handed over in a store; its money counts once."""

    order_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    ordered_channel: Series[Text] = pa.Field(metadata=NONE)
    store_id: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="where it waits")
    ordered_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    status: Series[Text] = pa.Field(isin=["pending", "paid", "cancelled", "refunded"], metadata=NONE)
    order_amount: Series[Money] = pa.Field(metadata=NONE, description="paid, in the order's currency")
    refunded_amount: Series[Money] = pa.Field(ge=0, metadata=NONE)
    n_tellings: Series[Int] = pa.Field(ge=1, metadata=NONE, description="systems that tell of it")
    visit_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY,
        nullable=True,
        metadata=PSEUDONYMOUS,
        description="first stay in the store after the order; null: not noticed, or not yet",
    )
    collected_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC, entered then")


class PostSaleMails(pa.DataFrameModel):
    """One row per mail of thanks or with a coupon that arrived, and what became of it."""

    mail_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    kind: Series[Text] = pa.Field(metadata=NONE, description="tactic of the mail")
    mailed_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    after_order_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="the person's last before"
    )
    opened_at: Series[Instant] = pa.Field(
        nullable=True, metadata=NONE, description="UTC, by a person; a click opens"
    )
    clicked_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    redeemed_order_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="first that took its coupon"
    )
    redeemed_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    is_permitted: Series[Bool] = pa.Field(metadata=NONE, description="as known when the mail came")
    permission_basis: Series[Text] = pa.Field(
        isin=["granted", "denied", "withdrawn", "expired", "unknown", "never asked"], metadata=NONE
    )


class Complaints(pa.DataFrameModel):
    """One row per person and episode of complaints in public."""

    complaint_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS, description="touch of the first word"
    )
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    channel: Series[Text] = pa.Field(metadata=NONE, description="of the first word")
    complained_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC, first word")
    n_complaints: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_contacts: Series[Int] = pa.Field(ge=0, metadata=NONE, description="tickets and calls in the episode")
    n_contact_channels: Series[Int] = pa.Field(ge=0, metadata=NONE)
    order_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="the person's last before"
    )
    ordered_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    newsletter_at: Series[Instant] = pa.Field(
        nullable=True, metadata=NONE, description="UTC; last opened or clicked in the window before the order"
    )
    answer_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="touch, on any channel"
    )
    answered_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC, first answer")
    answer_channel: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    n_answers: Series[Int] = pa.Field(ge=0, metadata=NONE)
    response_minutes: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    is_late: Series[Bool] = pa.Field(
        nullable=True, metadata=NONE, description="null: no answer, and not too long yet"
    )


class Feedback(pa.DataFrameModel):
    """One row per judgement of a customer, or of an assistant about how it went with one."""

    feedback_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(
        str_matches=PERSON_KEY, metadata=PSEUDONYMOUS, description="the customer, whoever speaks"
    )
    author: Series[Text] = pa.Field(isin=["customer", "assistant"], metadata=NONE)
    given_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    channel: Series[Text] = pa.Field(metadata=NONE)
    action: Series[Text] = pa.Field(metadata=NONE)
    store_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    sentiment: Series[Float] = pa.Field(ge=-1, le=1, nullable=True, metadata=NONE)
    counterpart_record_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="the assistant"
    )
    visit_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="stay that it is about"
    )


class ConversionNatures(pa.DataFrameModel):
    """One row per conversion: made directly, or after a friend's word."""

    outcome_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    occurred_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    outcome_amount: Series[Money] = pa.Field(metadata=NONE)
    nature: Series[Text] = pa.Field(isin=["direct", "recommended"], metadata=NONE)
    sign: Series[Text] = pa.Field(
        isin=["coupon code", "followed link", "friend's review"],
        nullable=True,
        metadata=NONE,
        description="strongest there is; null: direct",
    )
    recommended_at: Series[Instant] = pa.Field(
        nullable=True, metadata=NONE, description="UTC, last word; null: a code alone"
    )


class PersonTimelines(pa.DataFrameModel):
    """One row per touch, order and conversion of a person, with the row it is told in."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    happened_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    happening: Series[Text] = pa.Field(isin=["touch", "order", "conversion"], metadata=NONE)
    happening_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    record_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="null: of a conversion"
    )
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    channel: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    action: Series[Text] = pa.Field(metadata=NONE, description="of an order: its status")
    product_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    amount: Series[Money] = pa.Field(nullable=True, metadata=NONE)


class Scenarios(pa.DataFrameModel):
    """One row per scenario and figure: of so many occasions, the share in which it was so."""

    scenario: Series[Text] = pa.Field(metadata=NONE)
    figure: Series[Text] = pa.Field(metadata=NONE)
    n_found: Series[Int] = pa.Field(ge=0, metadata=NONE, description="occasions that the share is of")
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)
    found_share: Series[Float] = pa.Field(
        ge=0, le=1, nullable=True, metadata=NONE, description="null: too few to say"
    )
    low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE, description="95 %, by person")
    high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)


STORE_VISITS = TableContract(StoreVisits, ("visit_id",))
CHECKIN_INTERESTS = TableContract(CheckinInterests, ("visit_id", "product_id"))
ASSISTANT_VIEWS = TableContract(AssistantViews, ("visit_id",))
FRIEND_REVIEWS = TableContract(FriendReviews, ("review_id",))
FRIEND_ASKS = TableContract(FriendAsks, ("ask_id",))
COLLECTED_ORDERS = TableContract(CollectedOrders, ("order_id",))
POST_SALE_MAILS = TableContract(PostSaleMails, ("mail_id",))
COMPLAINTS = TableContract(Complaints, ("complaint_id",))
FEEDBACK = TableContract(Feedback, ("feedback_id",))
CONVERSION_NATURES = TableContract(ConversionNatures, ("outcome_id",))
PERSON_TIMELINES = TableContract(PersonTimelines, ("happening", "happening_id"))
SCENARIOS = TableContract(Scenarios, ("scenario", "figure"))
