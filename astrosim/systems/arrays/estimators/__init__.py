"""scikit-learn's interface to `fit`: a classifier and a regressor, and what lies between their terms and ours."""
