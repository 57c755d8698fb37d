"""The product's settings and addresses, with two floor views beside them to compare with."""

from config.settings import *  # noqa: F403 - all of them, on purpose

ROOT_URLCONF = "benchmarks.urls"
