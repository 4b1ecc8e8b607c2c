"""Estimators of ours behave as scikit-learn asks of its own."""

import numpy as np
import pytest

from journey_research.pipelines.journeys.segmentation.agreement import adjusted_rand
from journey_research.pipelines.journeys.segmentation.density import NOISE, DensityClusters
from journey_research.pipelines.journeys.segmentation.markov_mixture import MarkovMixture


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("estimator", [MarkovMixture(), DensityClusters()], ids=["chains", "density"])
def test_the_interface_is_kept(estimator):
    from sklearn.utils.estimator_checks import check_estimator

    checks = check_estimator(estimator, on_fail="raise", on_skip=None)

    assert len(checks) > 30
    assert {one["check_name"] for one in checks if one["status"] != "passed"} <= {"check_array_api_input"}


def test_an_estimator_in_a_pipeline_and_a_clone():
    from sklearn.base import clone
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = crowds([0, 9], 20)

    labels = make_pipeline(StandardScaler(), clone(DensityClusters(8))).fit_predict(rows)

    assert adjusted_rand(labels, np.repeat([0, 1], 20)) == 1
    with pytest.raises(ValueError, match="min_size"):
        DensityClusters().set_params(min_size=3)


def crowds(centres, n_each, seed=1):
    draws = np.random.default_rng(seed)
    return np.concatenate([draws.normal(centre, 0.5, (n_each, 2)) for centre in centres])


def test_crowds_are_found_and_a_stray_belongs_to_none():
    rows = np.vstack([crowds([0, 9, 18], 30), [[4.5, -30.0]]])

    model = DensityClusters(10, min_samples=5).fit(rows)

    assert adjusted_rand(model.labels_[:-1], np.repeat([0, 1, 2], 30)) > 0.9
    assert model.labels_[-1] == NOISE
    assert model.predict(rows).tolist() == model.labels_.tolist()
    far, near = model.predict([[40.0, 40.0], rows[0]])
    assert (far, near) == (NOISE, model.labels_[0])


def test_a_cloud_is_no_crowds():
    cloud = np.random.default_rng(3).uniform(size=(200, 5))

    assert len(set(DensityClusters(20).fit_predict(cloud)) - {NOISE}) == 0


@pytest.mark.parametrize("size", [0, 1])
def test_a_crowd_of_one_is_refused(size):
    with pytest.raises(ValueError, match="min_cluster_size"):
        DensityClusters(size).fit(crowds([0], 10))
