"""Numbers of the published system. Murray 2026 and its program; lengths in units of the report's plane."""

from __future__ import annotations

CLUSTERS = 2  # report, section 3.1
CENTRES = (0.0, 15.0)  # x of the clusters' centres, units; report, section 3.1
KINDS = ((0, 5), (1, 5), (2, 2), (3, 23))  # (kind, neurons per cluster) in order of creation; program
PER_CLUSTER = 35  # neurons per cluster; program
NEURONS = 70  # both clusters; program
LABEL_STRIDE = 30  # label = cluster * this + position in the cluster, so that labels 30..34 occur twice; program
HALF_WIDTH = 5.0  # neurons lie within +- this of the centre, units; program
P_WITHIN = 0.6  # connection probability within a cluster; report, section 3.1
P_BETWEEN = 0.5  # connection probability between clusters; report, section 3.1
WEIGHT_SPAN = 0.2  # initial weights are uniform over this, around 0; program
FIRING_THRESHOLD = 0.5  # a neuron fires iff its sum is strictly above; report, section 3.1

INPUTS = 5  # clamped input neurons, indices 0..4; report, section 3.3
OUTPUTS = 5  # output neurons that are read, indices 5..9; report, section 3.3
PATTERNS = 8  # report, table 5

ASTROCYTES = 8  # four per cluster; report, section 3.2
TERRITORY_RADIUS = 3.0  # 2-D, units; report, section 3.2
START_THRESHOLD = 0.5  # activation threshold of a new astrocyte; report, section 3.2
WINDOW = 20  # remembered outcomes, activations; report, section 3.2
MAX_ACTIVE = 3  # astrocytes per trial; report, section 4.2

FLAT_RATE = 0.01  # exploration probability per trial; report, table 2
INITIAL_RATE = 0.30  # exploration probability per trial of a fresh astrocyte; report, section 4.2
MATURITY = 2000.0  # activations that halve the rate; report, section 4.2

SIGMA = 0.1  # standard deviation of a weight's step; report, section 4.3
LIMIT = 2.0  # weights stay within +- this; report, section 4.3

INTERVAL = 50  # thresholds move every this many trials; report, section 4.6
THRESHOLD_STEP = 0.01  # size of a move; report, section 4.6
UPPER_SUCCESS = 0.15  # success rate above which a threshold falls; report, section 4.6
LOWER_SUCCESS = 0.05  # success rate below which a threshold rises; report, section 4.6
THRESHOLD_FLOOR = 0.1  # report, section 4.6
THRESHOLD_CEILING = 0.9  # report, section 4.6

CURSOR_RADIUS = 2.0  # 3-D, units; program
CURSOR_JUMP = 0.05  # probability per trial of a jump to a uniform place; program
CURSOR_STEP = 1.5  # else each coordinate moves uniformly by up to this, units; program

TRIALS_PER_EPISODE = 10  # program
