/** The receiver's side of the handover protocol; in a storm of steps everything comes from the test build. */
export async function rebuild(address) {
  const { module, export: name, data } = JSON.parse(address);
  return (await import(process.env.STORM_BUILD ?? module))[name](data);
}

/** Of what is opened from now on; the stage is shared memory, and was opened before. */
export function chooseBackEnd(backEnd) {
  if (backEnd === 'portable') process.env.IPC_LOCK_NO_FFI = '1';
}

export function addressOf(object) {
  return JSON.stringify(object[Symbol.for('core-process.handover')]());
}
