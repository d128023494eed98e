"""The detection benchmark: how well models find the frauds of weeks to come, by the protocol of the Fraud Detection Handbook."""
