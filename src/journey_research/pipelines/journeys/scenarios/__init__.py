"""The scenarios of omnichannel trade, found in the data: a table each, and one that sums them up."""
