// Linux's weights of nice levels: each step changes the share of two competitors by about a tenth of the
// whole, a factor of about 1.25 in weight. Facts of the kernel's interface to users (sched(7), nice(2)).

const WEIGHTS = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121,
  2501, 1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23,
  18, 15,
];

/** The weight of nice 0. */
export const NICE_0_WEIGHT = 1024;

/** The weight of a nice level, -20 to 19. */
export const weightOf = (nice: number): number => WEIGHTS[nice + 20] as number;
