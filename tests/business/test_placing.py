"""What is wrong in business.yml is told by file and line."""

import pytest

from journey_research.business.placing import judge_business
from journey_research.configuration import Configuration
from journey_research.errors import USER_ERROR, UserError

RIGHT = """# what the shop is after
business:
  name: shop
  goals: {come_back: Who has bought comes back.}
  kpis:
    touches: {goal: come_back, figure: touches, owner: head of the site, stage: connection}
    revenue:
      goal: come_back
      figure: revenue
      owner: head of shop
      stage: repeat
"""


def read(folder, text):
    (folder / "base").mkdir()
    (folder / "shop").mkdir()
    (folder / "base" / "business.yml").write_text("business: {name: x, goals: {}, kpis: {}}\n")
    (folder / "shop" / "business.yml").write_text(text)
    loader = Configuration(
        str(folder),
        env="shop",
        base_env="base",
        default_run_env="shop",
        config_patterns={"parameters": ["parameters*", "business.yml"]},
        merge_strategy={"parameters": "soft"},
    )
    return loader["parameters"]


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("      stage: repeat\n", "", "line 7: business.kpis.revenue does not say stage"),
        ("      owner: head of shop\n", "", "line 7: business.kpis.revenue does not say owner"),
        ("      goal: come_back\n", "", "line 7: business.kpis.revenue does not say goal"),
        ("      owner: head of shop\n", "      owner:\n", "line 7: business.kpis.revenue has no owner"),
        ("figure: touches", "figure: clicks", "line 6: business.kpis.touches names no figure of a week"),
        ("stage: connection", "stage: loyal", "line 6: business.kpis.touches has no stage of a journey"),
        ("goal: come_back, f", "goal: go_away, f", "line 6: business.kpis.touches serves 'go_away'"),
        (
            "goals: {come_back: Who has bought comes back.}",
            "goals: {come_back: ''}",
            "line 4: business.goals",
        ),
    ],
)
def test_an_orphan_figure_is_told_by_its_line(tmp_path, was, becomes, named):
    assert RIGHT.count(was) == 1

    with pytest.raises(UserError, match=named) as told:
        read(tmp_path, RIGHT.replace(was, becomes))

    assert "file business.yml" in str(told.value)
    assert told.value.exit_code == USER_ERROR
    assert len(str(told.value).splitlines()) == 1


def test_what_is_right_passes(tmp_path):
    assert set(read(tmp_path, RIGHT)["business"]["kpis"]) == {"touches", "revenue"}


def test_what_no_file_says_has_no_line():
    with pytest.raises(UserError, match=r"^business\.grain is 'x'"):
        judge_business({"name": "shop", "goals": {}, "grain": "x"}, [])
