"""Kedro's switches."""

import warnings

from omegaconf.resolvers import oc

from journey_research.configuration import Configuration
from journey_research.hooks import RunHooks

# Kedro 1.7 calls OmegaConf by a name that OmegaConf is about to retire.
warnings.filterwarnings("ignore", message=r"register_new_resolver\(\) is deprecated")

HOOKS = (RunHooks(),)
CONFIG_LOADER_CLASS = Configuration
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "demo",
    "config_patterns": {
        "sources": ["sources/*.yml"],
        "parameters": ["parameters*", "parameters*/**", "**/parameters*", "business.yml"],
    },
    # What is yours alone (credentials, paths) comes from environment variables.
    "custom_resolvers": {"oc.env": oc.env},
    # An environment may change one field of a rule and keep the rest.
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
}
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)
