"""The rules, one file a family: X text, C channel, A itunes, I items, P podcast namespace, O other
namespaces, N network, S source data.

Where several rules could tell of one slip, one does: a repeated element is C07's, a wrong case
X17's, an undeclared prefix X01's, a misspelt namespace X15's.
"""
