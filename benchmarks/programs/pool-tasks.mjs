/** The tasks of the benchmark of pools, in the forms in which its peers want them. */
export const echo = (value) => value;

/** So many turns of a loop that nothing else in the machine has to do with. */
export function spin(turns) {
  let sum = 0;
  for (let turn = 0; turn < turns; turn++) sum = (sum * 31 + turn) | 0;
  return sum;
}

/** What tinypool and piscina call. */
// oxlint-disable-next-line import/no-default-export
export default echo;
