/** The receiver's side of the handover protocol; in a storm of steps everything comes from the test build. */
export async function rebuild(address) {
  const { module, export: name, data } = JSON.parse(address);
  return (await import(process.env.STORM_BUILD ?? module))[name](data);
}

export function addressOf(object) {
  return JSON.stringify(object[Symbol.for('core-process.handover')]());
}
