"""The manners of a scikit-learn estimator, without importing scikit-learn.

Context: our estimators are to work inside scikit-learn's pipelines and pass its ``check_estimator``, but
a stage may not import scikit-learn before somebody fits. Choice: the few methods that the interface
asks for, on the signature of ``__init__``. Given up: the HTML drawing and metadata routing.
"""

from __future__ import annotations

import inspect
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


class Estimator:
    """What every estimator of ours can do; ``__init__`` keeps its arguments under their own names.

    Example:
        >>> class Nothing(Estimator):
        ...     def __init__(self, size: int = 1) -> None:
        ...         self.size = size
        >>> Nothing(2).set_params(size=3).get_params()
        {'size': 3}
    """

    kind = "clusterer"
    takes_counts = False

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return sorted(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments it was made with; ``deep`` changes nothing, for it holds no other estimator."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: Any) -> Self:
        """Other arguments.

        Raises:
            ValueError: There is no such argument.
        """
        known = self._parameter_names()
        for name, value in params.items():
            if name not in known:
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}; it has {known}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({told})"

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(
            estimator_type=self.kind,
            target_tags=TargetTags(required=False),
            transformer_tags=None,
            classifier_tags=None,
            regressor_tags=None,
            input_tags=InputTags(positive_only=self.takes_counts),
        )

    def _rows(self, rows: Any, *, reset: bool) -> Floats:
        """The rows as floats, checked: finite, as wide as those it was fitted on, not below 0 for counts."""
        from sklearn.utils.validation import check_is_fitted, check_non_negative, validate_data

        if not reset:
            check_is_fitted(self)
        checked = np.asarray(validate_data(self, rows, reset=reset, dtype=np.float64), np.float64)
        if self.takes_counts:
            check_non_negative(checked, f"{type(self).__name__} (counts)")
        return checked
