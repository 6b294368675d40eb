# The inverse of the normal distribution: its three regions, and what is out of them.
from _statistics import _normal_dist_inv_cdf as inverse

for p in 0.5, 0.1, 0.9, 0.07, 0.93, 1e-5, 1e-12, 1e-300, 1 - 1e-12, 0.25, float('nan'):
    print(p, inverse(p, 0, 1), inverse(p, 5, 2.5))
for args in (0, 0, 1), (1, 0, 1), (.5, 0, 0), (.5, 0, -1), ('x', 0, 1), (1, 2):
    try:
        print(inverse(*args))
    except Exception as e:
        print(type(e).__name__, e)
