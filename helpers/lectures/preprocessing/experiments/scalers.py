"""Lecture 03: what a table goes through, as estimators of scikit-learn's.

In a module of its own, because its import takes longer than the rest of the lecture's first cell.
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

EPSILON = 1e-5


class ZCA(PCA):
    """Whitening that turns the cloud back at the end, E (D + epsilon)^-1/2 E^T, with variances divided by n."""

    def transform(self, X):
        deviations = np.sqrt(self.explained_variance_ * (self.n_samples_ - 1) / self.n_samples_ + EPSILON)
        return super().transform(X) / deviations @ self.components_

    def fit_transform(self, X, y=None):
        return self.fit(X).transform(X)


# Name -> an estimator that has yet to be fitted; all of scikit-learn's interface.
SCALERS = {
    "centered": StandardScaler(with_std=False),
    "standardized": StandardScaler(),
    "min-max": MinMaxScaler(),
    "robust": RobustScaler(),
    "PCA": PCA(),
    "PCA, white": PCA(whiten=True),
    "ZCA, white": ZCA(),
}
