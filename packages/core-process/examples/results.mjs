import { Process, isMainProcess } from 'core-process';

export class SoldOut extends Error {
  code = 'ERR_SOLD_OUT';
  constructor(seat) {
    super(`seat ${seat} is gone`);
    this.seat = seat;
  }
}

export function buy(seat) {
  if (seat > 3) throw new SoldOut(seat);
  return { seat, by: new Map([['pid', process.pid]]) };
}

if (isMainProcess) {
  const [good, bad] = [3, 4].map((seat) =>
    new Process({ target: buy, args: [seat], stdio: 'ignore' }).start(),
  );

  const { seat, by } = await good.result;
  console.log(seat, by.get('pid') === good.pid);

  const error = await bad.result.catch((thrown) => thrown);
  console.log(error instanceof SoldOut, error.code, error.seat);

  await bad.join();
  console.log(bad.exit.reason, bad.exit.exitCode);
}
